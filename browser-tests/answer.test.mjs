// The page behind the link of an invitation, as the invited person meets it: by keyboard, on a small screen, in both
// languages, in the dark, and without JavaScript. The link comes out of the mail, as theirs does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, openPage, tabTo } from "./browser.mjs";
import { invitationLink, inviteInEnglish, startDemo } from "./demo.mjs";

const words = {
  nl: { save: "Antwoord bewaren", saved: "Uw antwoord is bewaard", wrong: "Er is nog iets niet goed" },
  en: { save: "Save answer", saved: "Your answer is saved", wrong: "Something is not right yet" },
};

let demo, browser;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  await inviteInEnglish(demo);
});
after(async () => { await browser?.close(); await demo?.stop(); });

/** Opens the link of the mail in this language; at the end nothing was asked of another host and nothing refused. */
async function atTheLink(language, options, use) {
  const { page, outside, refused, close } = await openPage(browser, demo.base, options);
  await page.goto(await invitationLink(demo, language));
  assert.equal(await page.locator("html").getAttribute("lang"), language);
  await use(page);
  assert.deepEqual({ outside, refused }, { outside: [], refused: [] });
  await close();
}

const save = (page, language) => page.getByRole("button", { name: words[language].save });

/** The answer that is chosen on the form; the page must say who is invited and to what before it asks. */
const chosen = (page) => page.locator("input[name=answer]:checked").getAttribute("value");

for (const language of ["nl", "en"]) {
  test(`an invitation in ${language} is answered by keyboard alone`, async () => {
    await atTheLink(language, {}, async (page) => {
      await tabTo(page, (focus) => focus.type === "radio");
      // One Tab enters the group, the arrows move in it: from the last it goes round to the first.
      const wanted = "tentative";
      for (let step = 0; step < 4; step += 1) {
        if ((await page.evaluate(() => document.activeElement.checked && document.activeElement.value)) === wanted) break;
        await page.keyboard.press("ArrowDown");
      }
      await tabTo(page, (focus) => focus.tag === "textarea");
      await page.keyboard.press("Control+A");
      await page.keyboard.type("Ik kom iets later, is dat goed?");
      await tabTo(page, (focus) => focus.tag === "button" && focus.text === words[language].save);
      await page.keyboard.press("Enter");

      await page.getByRole("status").filter({ hasText: words[language].saved }).waitFor();
      assert.equal(await chosen(page), wanted);
      await page.goto(await invitationLink(demo, language));
      assert.equal(await chosen(page), wanted);
      assert.match(await page.locator("dl").innerText(), /Ik kom iets later, is dat goed\?/);
    });
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1280]) {
      test(`the page in ${language}, ${colorScheme}, ${width} pixels wide, is accessible in each of its states`, async () => {
        await atTheLink(language, { colorScheme, viewport: { width, height: 800 } }, async (page) => {
          const check = async () => { await assertAccessible(page); await assertFits(page, width); };
          const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).every((part) => part < 80));
          assert.equal(dark, colorScheme === "dark");
          await check();

          await page.locator("input[name=answer][value=accepted]").check();
          await page.locator("textarea").fill("x".repeat(2001));
          await save(page, language).click();
          const alert = page.getByRole("alert").filter({ hasText: words[language].wrong });
          await alert.waitFor();
          assert.ok(await alert.evaluate((box) => box === document.activeElement), "what is wrong is not read out first");
          assert.equal((await page.locator("textarea").inputValue()).length, 2001, "what was typed is gone");
          await check();

          await page.locator("textarea").fill("");
          await save(page, language).click();
          await page.getByRole("status").waitFor();
          await check();
        });
      });
    }
  }
}

test("an answer is given without JavaScript", async () => {
  await atTheLink("nl", { javaScriptEnabled: false }, async (page) => {
    await page.locator("input[name=answer][value=declined]").check();
    await save(page, "nl").click();
    await page.getByRole("status").filter({ hasText: words.nl.saved }).waitFor();
    assert.equal(await chosen(page), "declined");
  });
});

// security: 63
test("a link that was changed shows an accessible page that offers a new one", async () => {
  const link = await invitationLink(demo, "nl");
  for (const colorScheme of ["light", "dark"]) {
    const { page, outside, close } = await openPage(browser, demo.base, { colorScheme, viewport: { width: 320, height: 640 } });
    await page.goto(`${link.slice(0, -4)}AAAA`);
    await assertAccessible(page);
    await assertFits(page, 320);
    await tabTo(page, (focus) => focus.name === "email");
    assert.deepEqual(outside, []);
    await close();
  }
});
