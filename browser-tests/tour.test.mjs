// README's tour works as it is printed: its shell lines run against the demo, with its address and token filled in.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startDemo } from "./demo.mjs";

test("README's tour goes from a token to an accepted invitation", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const tour = readme.split("## Five minutes with curl")[1].split("\n## ")[0];
  const demo = await startDemo();
  try {
    const lines = [...tour.matchAll(/```sh\n(.*?)```/gs)].map((block) => block[1]).join("\n")
      .replace("the-token-that-the-demo-printed", demo.printed("COORDINATOR"))
      .replaceAll("http://127.0.0.1:8080", demo.base);
    const run = spawnSync("bash", ["-uc", lines], { cwd: demo.folder, encoding: "utf8" });
    assert.equal(run.stderr, "");
    for (const seen of [/HTTP\/1\.1 201/, /idempotent-replayed: true/, /"status":"submitted"/, /"answer":"accepted"/]) {
      assert.match(run.stdout, seen, `${seen} was not seen in ${run.stdout}`);
    }
  } finally {
    await demo.stop();
  }
});
