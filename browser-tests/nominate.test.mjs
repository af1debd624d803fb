// A candidate's way, as the people on it meet it: somebody nominates on the open page and confirms, the executive consents,
// and the candidate objects, or accepts the membership, or declines it. By keyboard, in both languages, on a small screen, and without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, openPage, tabTo } from "./browser.mjs";
import { asCoordinator, invite, linkTo, startDemo } from "./demo.mjs";

const words = {
  nl: { locale: "nl-NL", wrong: "Er is nog iets niet goed", mail: "Kijk in uw mail", confirmed: "Uw voordracht is bevestigd", erased: /gewist/, accept: /word koploper$/, decline: /word geen koploper$/ },
  en: { locale: "en-GB", wrong: "Something is not right yet", mail: "Look at your mail", confirmed: "Your nomination is confirmed", erased: /erased/, accept: /I become an/, decline: /I do not become/ },
};

let demo, browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

/** Opens a page; at the end nothing was asked of another host and nothing refused. */
async function at(address, options, use) {
  const { page, outside, refused, close } = await openPage(browser, demo.base, options);
  await page.goto(address);
  await use(page);
  assert.deepEqual({ outside, refused }, { outside: [], refused: [] });
  await close();
}

/** What somebody of this name types on the open page. */
const nomination = (name) => ({
  nominator_name: "Wim Voordrager", nominator_email: `wim.${name.toLowerCase()}@example.org`, relation: "Wij werken samen in het wijkteam.",
  candidate_name: `${name} Kandidaat`, candidate_email: `${name.toLowerCase()}.kandidaat@example.nl`,
  motivation: "Zij luistert eerst naar de mensen in de buurt en brengt dan pas iedereen bij elkaar. Dat werkt.",
  innovation: "Bewoners beslissen zelf mee.", impact: "Veertig gezinnen kwamen uit de schulden.",
});

/** Moves to the field by keyboard alone and types. */
async function type(page, name, text) {
  await tabTo(page, (focus) => focus.name === name, 40);
  await page.keyboard.type(text);
}

const choose = (page, name) => tabTo(page, (focus) => focus.name === name, 40).then(() => page.keyboard.press("Space"));
const press = async (page) => { await tabTo(page, (focus) => focus.tag === "button", 40); await page.keyboard.press("Enter"); };

/** Nominates by keyboard on the page that is open, in the order of its fields. */
async function nominate(page, name) {
  const typed = nomination(name);
  for (const field of ["nominator_name", "nominator_email", "relation", "candidate_name", "candidate_email"]) await type(page, field, typed[field]);
  await choose(page, "candidate_kind");
  await type(page, "municipality", "Amsterdam");
  for (const field of ["motivation", "innovation", "impact"]) await type(page, field, typed[field]);
  await press(page);
}

/** A candidacy whose candidate reads this language, and the page behind their link. */
async function candidateOf(language, name, work = { kind: "municipal_professional", municipality: "GM0363" }) {
  const person = `${name.toLowerCase()}.kandidaat@example.nl`;
  const nominated = await asCoordinator(demo, "/nominations", {
    language,
    candidate: { name: `${name} Kandidaat`, email: person, ...work },
    ...Object.fromEntries(["relation", "motivation", "innovation", "impact"].map((key) => [key, nomination(name)[key]])),
  });
  return { person, candidacy: nominated.candidacy };
}

for (const language of ["nl", "en"]) {
  const { locale, wrong, mail, confirmed, erased, accept, decline } = words[language];

  test(`somebody nominates and confirms in ${language} by keyboard alone`, async () => {
    const name = `Toets${language}`;
    await at(`${demo.base}/n`, { locale }, async (page) => {
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      await nominate(page, name);
      await page.getByRole("heading", { name: mail }).waitFor();
    });
    const link = await linkTo(demo, `wim.${name.toLowerCase()}@example.org`, "n");
    await at(link, { locale }, async (page) => {
      await choose(page, "mine");
      await press(page);
      await page.getByRole("status").filter({ hasText: confirmed }).waitFor();
    });
    const { items } = await asCoordinator(demo, "/nominations?status=submitted");
    assert.ok(JSON.stringify(items).includes(`${name} Kandidaat`), "the nomination did not come in");
  });

  test(`the candidate objects in ${language} by keyboard alone, and is erased`, async () => {
    const name = `Bezwaar${language}`;
    const { person, candidacy } = await candidateOf(language, name);
    await asCoordinator(demo, `/candidacies/${candidacy}/consent`, {
      newPerson: { name: "Joke Directeur", email: `joke.${name.toLowerCase()}@example.nl`, language }, role: "gemeentesecretaris",
    });
    const link = await linkTo(demo, person, "a");
    await at(link, { locale }, async (page) => {
      await assertAccessible(page);
      await choose(page, "sure");
      await tabTo(page, (focus) => focus.tag === "button", 40);
      await page.keyboard.press("Enter");
      await page.getByText(erased).first().waitFor();
      await assertAccessible(page);
    });
    const left = await asCoordinator(demo, `/candidacies/${candidacy}`);
    assert.equal(left.status, "withdrawn");
    assert.ok(!JSON.stringify(left).includes(name));
  });

  for (const [act, name, button, status] of [["accepts", "Lid", accept, "admitted"], ["declines", "Geenlid", decline, "candidate_declined"]]) {
    test(`the candidate ${act} the membership in ${language} by keyboard alone`, async () => {
      const { person, candidacy } = await candidateOf(language, `${name}${language}`, { kind: "ervaringsdeskundige" });
      await invite(demo, candidacy);
      const link = await linkTo(demo, person, "a");
      await at(link, { locale, viewport: { width: 320, height: 800 } }, async (page) => {
        const check = async () => { await assertAccessible(page); await assertFits(page, 320); };
        await check();
        if (act === "accepts") await type(page, "name", `${name}${language} Kandidaat`);
        else await tabTo(page, (focus) => focus.id === "decline-sure", 40).then(() => page.keyboard.press("Space"));
        await press(page);
        await page.getByRole("button", { name: button }).waitFor({ state: "detached" });
        await check();
      });
      assert.equal((await asCoordinator(demo, `/candidacies/${candidacy}`)).status, status);
    });
  }

  for (const width of [320, 1280]) {
    test(`the open page in ${language}, ${width} pixels wide, is accessible with and without faults`, async () => {
      await at(`${demo.base}/n`, { locale, viewport: { width, height: 800 } }, async (page) => {
        const check = async () => { await assertAccessible(page); await assertFits(page, width); };
        await check();
        await page.locator("button[type=submit]").click();
        const alert = page.getByRole("alert").filter({ hasText: wrong });
        await alert.waitFor();
        assert.ok(await alert.evaluate((box) => box === document.activeElement), "what is wrong is not read out first");
        await check();
      });
    });

    test(`the executive consents in ${language}, ${width} pixels wide, by keyboard alone`, async () => {
      const name = `Instem${language}${width}`;
      const { candidacy } = await candidateOf(language, name);
      const giver = `joke.${name.toLowerCase()}@example.nl`;
      await asCoordinator(demo, `/candidacies/${candidacy}/consent`, {
        newPerson: { name: "Joke Directeur", email: giver, language }, role: "gemeentesecretaris",
      });
      const link = await linkTo(demo, giver, "c");
      await at(link, { locale, viewport: { width, height: 800 } }, async (page) => {
        const check = async () => { await assertAccessible(page); await assertFits(page, width); };
        await check();
        await choose(page, "answer");
        await type(page, "name", "Joke Directeur");
        await type(page, "role", "Gemeentesecretaris");
        await press(page);
        await page.getByRole("status").waitFor();
        await check();
      });
      assert.equal((await asCoordinator(demo, `/candidacies/${candidacy}`)).status, "consented");
    });
  }
}

test("somebody nominates without JavaScript", async () => {
  await at(`${demo.base}/n`, { locale: "nl-NL", javaScriptEnabled: false }, async (page) => {
    await nominate(page, "Zonderscript");
    await page.getByRole("heading", { name: words.nl.mail }).waitFor();
  });
});
