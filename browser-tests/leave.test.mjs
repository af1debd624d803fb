// The page behind the way out of a learning network, as a member meets it: by keyboard, on a small screen, in both
// languages, in the dark, and without JavaScript. The link comes out of the mail that welcomes them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, openPage, tabTo } from "./browser.mjs";
import { joinNetwork, startDemo, wayOut } from "./demo.mjs";

const words = {
  nl: { leave: "Netwerk verlaten", left: "U bent geen lid meer" },
  en: { leave: "Leave the network", left: "You are no longer a member" },
};

let demo, browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

/** A new member opens the link of their mail; at the end nothing was asked of another host and nothing refused. */
async function atTheWayOut(language, name, options, use) {
  await joinNetwork(demo, language, name);
  const link = await wayOut(demo, name);
  const { page, outside, refused, close } = await openPage(browser, demo.base, options);
  await page.goto(link);
  assert.equal(await page.locator("html").getAttribute("lang"), language);
  assert.equal(await page.locator("h1").innerText(), name);
  await use(page, link);
  assert.deepEqual({ outside, refused }, { outside: [], refused: [] });
  await close();
}

const hasLeft = (page, language) => page.getByRole("status").filter({ hasText: words[language].left }).waitFor();

for (const language of ["nl", "en"]) {
  test(`a network is left in ${language} by keyboard alone`, async () => {
    await atTheWayOut(language, `Toetsenbord ${language}`, {}, async (page, link) => {
      await tabTo(page, (focus) => focus.tag === "button" && focus.text === words[language].leave);
      await page.keyboard.press("Enter");
      await hasLeft(page, language);
      await page.goto(link);
      await hasLeft(page, language);
      assert.equal(await page.locator("form").count(), 0);
    });
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1280]) {
      const name = `Netwerk ${language} ${colorScheme} ${width}`;
      test(`the way out in ${language}, ${colorScheme}, ${width} pixels wide, is accessible before and after`, async () => {
        await atTheWayOut(language, name, { colorScheme, viewport: { width, height: 800 } }, async (page) => {
          const check = async () => { await assertAccessible(page); await assertFits(page, width); };
          await check();
          await page.getByRole("button", { name: words[language].leave }).click();
          await hasLeft(page, language);
          await check();
        });
      });
    }
  }
}

test("a network is left without JavaScript", async () => {
  await atTheWayOut("nl", "Zonder script", { javaScriptEnabled: false }, async (page) => {
    await page.getByRole("button", { name: words.nl.leave }).click();
    await hasLeft(page, "nl");
  });
});

// security: 62
test("opening the link fifty times leaves nobody out", async () => {
  await atTheWayOut("nl", "Vijftig keer", {}, async (page, link) => {
    for (let time = 0; time < 25; time += 1) {
      await fetch(link);
      await fetch(link, { method: "HEAD" });
    }
    assert.equal(await page.locator("form").count(), 1);
    const answer = await (await fetch(`${demo.base}/v1/learning-networks`, {
      headers: { authorization: `Bearer ${demo.printed("COORDINATOR")}` },
    })).json();
    assert.equal(answer.items.find((network) => network.name === "Vijftig keer").memberCount, 1);
  });
});
