// The page of a date poll, as somebody meets it who is asked: they vote, change their mind, and send a colleague. By keyboard,
// in both languages, on a small screen, and without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, openPage, tabTo } from "./browser.mjs";
import { asCoordinator, linkTo, startDemo } from "./demo.mjs";

const words = {
  nl: { locale: "nl-NL", saved: "Uw keuzes zijn bewaard", wrong: "Er is nog iets niet goed" },
  en: { locale: "en-GB", saved: "Your choices are saved", wrong: "Something is not right yet" },
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

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const period = (days) => ({ localStart: `${day(days)}T13:00`, localEnd: `${day(days)}T15:00` });

/** A poll for one official of Amsterdam who reads this language: its path, and the page behind the link in their mail. */
async function polled(language, name) {
  const email = `${name.toLowerCase()}@amsterdam.example.nl`;
  const person = await asCoordinator(demo, "/people", {
    name: `${name} Ambtenaar`, email, language, roles: [{ role: "ambtenaar", municipality: "GM0363" }],
  });
  const { meeting } = await asCoordinator(demo, "/meetings", {
    kind: "exchange", title: `Uitwisseling ${name}`, place: "Stadhuis", draft: true, ...period(40), invitees: [{ person: person.id, required: true }],
  });
  const path = `/meetings/${meeting.id}/poll`;
  await asCoordinator(demo, path, { options: [period(40), period(41)], closesAt: `${day(20)}T12:00:00Z` }, "POST", { "if-match": "*" });
  return { path, link: await linkTo(demo, email, "d") };
}

/** Goes on to the group of the next date, and within it to this choice. */
async function choose(page, choice) {
  await tabTo(page, (focus) => focus.type === "radio", 40);
  for (let step = 0; step < 4; step += 1) {
    if ((await page.evaluate(() => document.activeElement.checked && document.activeElement.value)) === choice) return;
    await page.keyboard.press(step === 0 ? "Space" : "ArrowDown");
  }
  assert.equal(await page.evaluate(() => document.activeElement.value), choice);
}

/** What is chosen, date by date. */
const chosen = (page) => page.locator("input[type=radio]:checked").evaluateAll((all) => all.map((it) => it.value));

const save = async (page) => { await tabTo(page, (focus) => focus.tag === "button", 40); await page.keyboard.press("Enter"); };

for (const language of ["nl", "en"]) {
  const { locale, saved, wrong } = words[language];

  test(`somebody votes in ${language} and changes the vote by keyboard alone`, async () => {
    const { path, link } = await polled(language, `Prikker${language}`);
    await at(link, { locale, viewport: { width: 320, height: 800 } }, async (page) => {
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      const check = async () => { await assertAccessible(page); await assertFits(page, 320); };
      await check();
      await save(page);
      await page.getByRole("alert").filter({ hasText: wrong }).waitFor();
      await check();
      await choose(page, "yes");
      await choose(page, "no");
      await save(page);
      await page.getByRole("status").filter({ hasText: saved }).waitFor();
      await check();
      await page.goto(link);
      assert.deepEqual(await chosen(page), ["yes", "no"]);
      await choose(page, "if_need_be");
      await save(page);
      await page.getByRole("status").filter({ hasText: saved }).waitFor();
      assert.deepEqual(await chosen(page), ["if_need_be", "no"]);
    });
    const poll = JSON.stringify(await asCoordinator(demo, path));
    assert.match(poll, /if_need_be/);
  });

  test(`somebody sends a colleague to the poll in ${language} by keyboard alone`, async () => {
    const name = `Zender${language}`;
    const { link } = await polled(language, name);
    const colleague = `collega.${name.toLowerCase()}@amsterdam.example.nl`;
    await at(link, { locale }, async (page) => {
      await tabTo(page, (focus) => focus.name === "delegate_name", 60);
      await page.keyboard.type("Cor Collega");
      await tabTo(page, (focus) => focus.name === "delegate_email");
      await page.keyboard.type(colleague);
      await save(page);
      await page.locator("input[name=delegate_name]").waitFor({ state: "detached" });
      await assertAccessible(page);
    });
    const theirs = await linkTo(demo, colleague, "d");
    assert.notEqual(theirs, link);
  });
}

test("somebody votes without JavaScript", async () => {
  const { link } = await polled("nl", "Zonderscript");
  await at(link, { locale: "nl-NL", javaScriptEnabled: false }, async (page) => {
    const yes = page.locator("input[value=yes]");
    await yes.nth(0).check();
    await yes.nth(1).check();
    await page.locator("button[type=submit]").first().click();
    await page.getByRole("status").filter({ hasText: words.nl.saved }).waitFor();
  });
});
