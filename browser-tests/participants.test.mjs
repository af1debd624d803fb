// Who comes to a meeting, as a page to print: shown by a front end with its token, in both languages, on a small screen and on
// paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, openPage, tabTo } from "./browser.mjs";
import { asCoordinator, asPerson, startDemo } from "./demo.mjs";

const words = {
  nl: { locale: "nl-NL", heading: "Deelnemers: Netwerkdag nl", door: "Lijst voor bij de deur", only: "Alleen voor de organisatie" },
  en: { locale: "en-GB", heading: "Participants: Netwerkdag en", door: "List for at the door", only: "For the organisers only" },
};

let demo, browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

/** A meeting with two invitees, of whom one comes and has a wish; its path. */
async function meeting(language) {
  const day = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10);
  const invitees = [];
  for (const name of ["Kim <b>Voorbeeld</b>", "Bo de Boer"]) {
    const { id } = await asCoordinator(demo, "/people", { name, email: `${name.slice(0, 2).toLowerCase()}.${language}@example.org` });
    invitees.push({ person: id });
  }
  const made = await asCoordinator(demo, "/meetings", {
    kind: "network", title: `Netwerkdag ${language}`, place: "De Observant", localStart: `${day}T13:00`, localEnd: `${day}T17:00`, invitees,
  });
  const path = `/meetings/${made.meeting.id}`;
  const own = made.invitations.find((one) => one.person === invitees[1].person);
  const answer = { answer: "accepted", dietaryWishes: "Geen noten" };
  await asPerson(demo, own.person, `${path}/invitations/${own.id}/answer`, answer, "PUT");
  return path;
}

for (const [language, { locale, heading, door, only }] of Object.entries(words)) {
  test(`the participants are shown and printed in ${language}`, async () => {
    const path = await meeting(language);
    const headers = { authorization: `Bearer ${demo.printed("COORDINATOR")}` };
    const { page, outside, refused, close } = await openPage(browser, demo.base, { locale, viewport: { width: 320, height: 800 }, extraHTTPHeaders: headers });
    const answer = await page.goto(`${demo.base}/v1${path}/participants`);
    assert.equal(answer.status(), 200);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.equal(await page.locator("h1").innerText(), heading);
    await page.getByRole("rowheader", { name: "Kim <b>Voorbeeld</b>" }).first().waitFor();
    await page.getByRole("region", { name: door }).waitFor();
    await assertAccessible(page);
    await assertFits(page, 320);
    // A table that is wider than the screen is scrolled by keyboard.
    await tabTo(page, (focus) => focus.tag === "div");

    await page.emulateMedia({ media: "print" });
    const sheet = page.locator(".sheet");
    assert.equal(await sheet.evaluate((it) => getComputedStyle(it).breakBefore), "page");
    assert.match(await sheet.innerText(), new RegExp(`^${only}[^]*Geen noten`));
    const paper = (await page.pdf({ format: "A4" })).toString("latin1");
    assert.equal(paper.match(/\/Type\s*\/Page\b/g).length, 2, "a sheet for at the door, and one for the organisers");
    assert.deepEqual({ outside, refused }, { outside: [], refused: [] });
    await close();
  });
}
