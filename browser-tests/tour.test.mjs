// The tours work as they are printed: their shell lines run against the demo, with its address and token filled in.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { startDemo } from "./demo.mjs";

const readme = text("../README.md").split("## Five minutes with curl")[1].split("\n## ")[0];
const start = readme.split("**A municipal system")[0];
const tour = text("../docs/tour.md");
const network = text("../docs/network-tour.md");

function text(path) {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

/** Runs the shell lines of `pages`, one after the other; what must be seen comes out. */
async function walk(pages, seen) {
  const demo = await startDemo();
  try {
    const lines = pages.flatMap((page) => [...page.matchAll(/```sh\n(.*?)```/gs)]).map((block) => block[1]).join("\n")
      .replace("the-token-that-the-demo-printed", demo.printed("COORDINATOR"))
      .replaceAll("http://127.0.0.1:8080", demo.base);
    // Not in one blocking call: the log of the demo must be read meanwhile, or its pipe fills and the demo waits.
    const run = await promisify(execFile)("bash", ["--norc", "-uc", lines], { cwd: demo.folder });
    assert.equal(run.stderr, "");
    for (const one of seen) {
      assert.match(run.stdout, one, `${one} was not seen in ${run.stdout}`);
    }
  } finally {
    await demo.stop();
  }
}

test("README's tour goes from a token to an accepted invitation", async () => {
  await walk([readme], [/HTTP\/1\.1 201/, /idempotent-replayed: true/, /"status":"submitted"/, /"answer":"accepted"/]);
});

test("the tour goes from the talk to a running trajectory", async () => {
  await walk([start, tour], [/"intakeStatus":"matched"/, /"status":"accepted"/, /"status":"running"/, /trajectory\.commenced/]);
});

test("the tour of the network goes from a nomination to a calendar", async () => {
  await walk([start, network], [/"status":"consented"/, /"updates":1/, /METHOD:PUBLISH/, /SEQUENCE:1/]);
});
