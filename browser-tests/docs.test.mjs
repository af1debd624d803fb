// The documentation renders with every outside host blocked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, openPage } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

let demo, browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

test("the documentation shows every operation with the network off", async () => {
  const served = await (await fetch(`${demo.base}/v1/openapi.json`)).json();
  const operations = Object.values(served.paths).flatMap((path) =>
    ["get", "post", "put", "patch", "delete"].filter((method) => path[method]));
  const { page, outside, refused, close } = await openPage(browser, demo.base);
  await page.goto(`${demo.base}/docs`);
  await page.locator(".swagger-ui .opblock").first().waitFor();
  assert.equal(await page.locator(".swagger-ui .opblock").count(), operations.length);
  assert.equal(await page.locator(".swagger-ui .info .title").count(), 1);
  assert.deepEqual(outside, []);
  assert.deepEqual(refused, []);
  await close();
});

test("an operation opens and shows its example", async () => {
  const { page, close } = await openPage(browser, demo.base);
  await page.goto(`${demo.base}/docs`);
  const operation = page.locator(".opblock-post", { hasText: "/intakes" }).first();
  await operation.locator(".opblock-summary-control").click();
  await operation.locator(".opblock-body").waitFor();
  assert.match(await operation.locator(".opblock-body").innerText(), /GM\d{4}|programme/);
  await close();
});
