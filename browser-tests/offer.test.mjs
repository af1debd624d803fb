// The page behind the link of an offer, as the sponsor meets it: read in full, accepted by keyboard alone, in both
// languages, on a small screen, in the dark, on paper, and without JavaScript. The link comes out of the mail.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, openPage, tabTo } from "./browser.mjs";
import { asCoordinator, eventually, matchedIntake, startDemo } from "./demo.mjs";

const words = {
  nl: {
    accept: "Offerte aanvaarden", refuse: "Offerte weigeren", accepted: "De offerte is aanvaard", wrong: "Er is nog iets niet goed",
    replaced: "De offerte is vervangen", newer: "Mail mij de nieuwere offerte",
    read: [/Kennispartnerschap/, /maandag 3 mei 2027/, /werkgroep, participatiewiel/, /€\s10\.000,00/, /€\s5\.000,00/, /woensdag 31 maart 2027/],
  },
  en: {
    accept: "Accept the offer", refuse: "Refuse the offer", accepted: "The offer is accepted", wrong: "Something is not right yet",
    replaced: "The offer was replaced", newer: "Mail me the newer offer",
    read: [/Knowledge partnership/, /Monday 3 May 2027/, /working group, participation wheel/, /€10,000\.00/, /€5,000\.00/, /Wednesday 31 March 2027/],
  },
};

let demo, browser, intake;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  intake = await matchedIntake(demo, "uitvoering");
});
after(async () => { await browser?.close(); await demo?.stop(); });

/** Drafts and sends an offer to the sponsor, who reads this language; gives the link in the mail. */
async function sendOffer(language) {
  const sponsor = `/people/${intake.sponsor.person}`;
  await asCoordinator(demo, sponsor, { language }, "PATCH");
  const programme = await asCoordinator(demo, "/programmes/uitvoering");
  const offer = await asCoordinator(demo, `/intakes/${intake.id}/offers`, {
    introduction: "Fijn dat we elkaar spraken.\nDit is ons voorstel.",
    blocks: [{
      key: "knowledge_partnership", kind: "partnership", description: "Een jaar lang trekken we op met het wijkteam.",
      hours: 80, cost: 1_000_000, ownContribution: 500_000,
      steps: [{ name: "Eerste overleg", form: "working_group", method: "participation_wheel", plannedOn: "2027-05-03" }],
    }],
    principles: programme.content.guidingPrinciples.map(({ key }, index) => ({ key, ticked: index > 0, remark: index ? undefined : "Dit bespreken we nog." })),
    validUntilOn: "2027-03-31",
  });
  const seen = new Set(await links());
  await asCoordinator(demo, `/offers/${offer.id}/sending`, null);
  return eventually(`a mail with the offer in ${language}`, async () => (await links()).find((link) => !seen.has(link)));
}

/** The links to offers in the mails so far. */
async function links() {
  return (await demo.mails()).map((mail) => mail.text?.match(/https?:\/\/\S+\/o\/[\w.~-]+/)?.[0]).filter(Boolean);
}

/** Opens a link; at the end nothing was asked of another host and nothing refused. */
async function at(link, options, use) {
  const { page, outside, refused, close } = await openPage(browser, demo.base, options);
  await page.goto(link);
  await use(page);
  assert.deepEqual({ outside, refused }, { outside: [], refused: [] });
  await close();
}

for (const language of ["nl", "en"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1280]) {
      test(`the offer in ${language}, ${colorScheme}, ${width} pixels wide, is accessible in each of its states`, async () => {
        const link = await sendOffer(language);
        await at(link, { colorScheme, viewport: { width, height: 800 } }, async (page) => {
          const check = async () => { await assertAccessible(page); await assertFits(page, width); };
          assert.equal(await page.locator("html").getAttribute("lang"), language);
          const text = await page.locator("main").innerText();
          for (const shown of words[language].read) assert.match(text, shown);
          await check();

          await page.getByRole("button", { name: words[language].accept }).click();
          const alert = page.getByRole("alert").filter({ hasText: words[language].wrong });
          await alert.waitFor();
          assert.ok(await alert.evaluate((box) => box === document.activeElement), "what is wrong is not read out first");
          await check();

          await sendOffer(language);
          await page.goto(link);
          await page.getByRole("heading", { name: words[language].replaced }).waitFor();
          await check();
          await page.getByRole("button", { name: words[language].newer }).click();
          await page.getByRole("heading", { level: 1 }).waitFor();
          assert.ok(!(await page.content()).includes("/o/"), "the newer offer is shown");
          await check();
        });
      });
    }
  }
}

// security: 62
test("fetching the link fifty times changes nothing", async () => {
  const link = await sendOffer("nl");
  const offers = `/intakes/${intake.id}/offers`;
  const before = await asCoordinator(demo, offers);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, turn) => fetch(link, { method: turn % 2 ? "HEAD" : "GET" })));
  for (const { status } of answers) assert.ok([200, 429].includes(status), `${status}`);
  assert.deepEqual(await asCoordinator(demo, offers), before);
});

test("on paper there is everything to read and nothing to press", async () => {
  await at(await sendOffer("nl"), {}, async (page) => {
    await page.emulateMedia({ media: "print" });
    const text = await page.locator("main").innerText();
    for (const shown of words.nl.read) assert.match(text, shown);
    assert.equal(await page.getByRole("button").count(), 0);
  });
});

test("an offer is refused without JavaScript", async () => {
  await at(await sendOffer("en"), { javaScriptEnabled: false }, async (page) => {
    await page.locator("#reason").fill("The council has other plans.");
    await page.getByRole("button", { name: words.en.refuse }).click();
    await page.getByRole("heading", { name: "The offer is refused" }).waitFor();
    assert.match(await page.locator("main").innerText(), /The council has other plans\./);
  });
});

test("an offer is read and accepted by keyboard alone, and both are told once", async () => {
  const before = (await demo.mails()).length;
  await at(await sendOffer("nl"), {}, async (page) => {
    await tabTo(page, (focus) => focus.name === "name");
    await page.keyboard.type("Joris Vermeulen");
    await tabTo(page, (focus) => focus.name === "role");
    await page.keyboard.type("Gemeentesecretaris");
    await tabTo(page, (focus) => focus.type === "checkbox");
    await page.keyboard.press("Space");
    await tabTo(page, (focus) => focus.tag === "button" && focus.text === words.nl.accept);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: words.nl.accepted }).waitFor();
    assert.match(await page.locator("main").innerText(), /Joris Vermeulen, Gemeentesecretaris/);
    await assertAccessible(page);
    await assertFits(page, 1280);
  });
  const [offer] = (await asCoordinator(demo, `/offers?status=accepted&intake=${intake.id}`)).items;
  assert.equal(offer.answeredBy.name, "Joris Vermeulen");
  const confirmations = await eventually("two confirmations", async () => {
    const told = (await demo.mails()).slice(before).filter((mail) => /^Aanvaard: /.test(mail.subject));
    return told.length >= 2 && told;
  });
  assert.equal(new Set(confirmations.map((mail) => mail.to[0].address)).size, 2);
});
