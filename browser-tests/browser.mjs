// A headless Chromium that reaches one address only, and the checks every page must pass.
import assert from "node:assert/strict";
import axe from "axe-core";
import { chromium } from "playwright-core";

/** Debian's Chromium, as root in a closed network; the last three keep it from calling home at every start. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** A page with every other host blocked; `outside` lists what it asked of them. */
export async function openPage(browser, base, options = {}) {
  const context = await browser.newContext(options);
  const outside = [];
  const refused = [];
  await context.route("**/*", (route) => {
    const { origin, protocol } = new URL(route.request().url());
    if (origin === base || protocol === "data:") return route.continue();
    outside.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  // What the content security policy refuses shows only here, beside the status of every refused form.
  page.on("console", (message) => {
    if (message.type() === "error" && !/responded with a status of 4/.test(message.text())) refused.push(message.text());
  });
  page.on("pageerror", (error) => refused.push(String(error)));
  return { page, outside, refused, close: () => context.close() };
}

/** WCAG 2.0 to 2.2, A and AA, by axe. Run through the debugger, so the page's own policy stays in force. */
export async function assertAccessible(page) {
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  assert.deepEqual(violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.html).join(" | ")}`), []);
  assert.ok(passes.length > 10, "axe looked at next to nothing");
}

/** Nothing sticks out sideways. */
export async function assertFits(page, width) {
  const found = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(found <= width, `the page is ${found} pixels wide on a screen of ${width}`);
}

/** Presses Tab until `wanted(element)` holds for what has the focus; every stop on the way must show its focus. */
export async function tabTo(page, wanted, most = 25) {
  for (let stop = 0; stop < most; stop += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      return {
        tag: element.tagName.toLowerCase(), type: element.type, id: element.id, name: element.name, value: element.value,
        text: element.textContent.trim(),
        shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    });
    if (focus.tag === "body") continue;
    assert.ok(focus.shown, `the focus does not show on ${focus.tag} ${focus.name ?? focus.text}`);
    if (wanted(focus)) return focus;
  }
  return assert.fail("the keyboard never gets there");
}
