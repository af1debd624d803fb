// Starts the built demo in an empty folder on a free port, and reads the mails it sent.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import PostalMime from "postal-mime";

const run = promisify(execFile);
const root = new URL("..", import.meta.url).pathname;
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/koplopers-api");

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Waits until `look` gives something, for the start of another process; `what` names it when it never does. */
export async function eventually(what, look, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await pause(50);
  }
  throw new Error(`never came: ${what}`);
}

/** A running demo: `base` is its address, `printed(name)` a value it printed, `mails()` what it sent, `stop()` ends it. */
export async function startDemo() {
  const folder = await mkdtemp(join(tmpdir(), "koplopers-browser-"));
  const base = `http://127.0.0.1:${await freePort()}`;
  const settings = {
    PATH: process.env.PATH,
    KOPLOPERS_LISTEN: base.replace("http://", ""),
    KOPLOPERS_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
    KOPLOPERS_PUBLIC_URL: base,
  };
  const child = spawn(program, ["demo"], { cwd: folder, env: settings });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = once(child, "exit");

  const mails = async () => {
    const inbox = join(folder, "data/mail/new");
    const names = await readdir(inbox).catch(() => []);
    return Promise.all(names.sort().map(async (name) => PostalMime.parse(await readFile(join(inbox, name)))));
  };
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  };

  try {
    await eventually("a ready demo", async () => {
      if (child.exitCode !== null) throw new Error("the demo ended");
      return fetch(`${base}/health/ready`).then((answer) => answer.ok, () => false);
    });
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${error.message}\n${output}\n${errors}`);
  }
  const printed = (name) => output.match(new RegExp(`^${name}=(\\S+)$`, "m"))[1];
  await eventually("its credentials", () => /Ctrl-C/.test(output));
  return { base, folder, settings, printed, mails, stop };
}

/** Sends JSON as the demo's coordinator, or reads when there is nothing to send; `null` sends no body. */
export const asCoordinator = (demo, path, body, method, headers) => withToken(demo, demo.printed("COORDINATOR"), path, body, method, headers);

/** The same as a member who is this person, with a token of the program's own command. */
export async function asPerson(demo, person, path, body, method) {
  const { stdout } = await run(program, ["token", "--role", "member", "--person", person], { cwd: demo.folder, env: demo.settings });
  return withToken(demo, stdout.trim(), path, body, method);
}

async function withToken(demo, token, path, body, method = body === undefined ? "GET" : "POST", headers = {}) {
  const answer = await fetch(`${demo.base}/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { "content-type": "application/json" }),
      ...(["PATCH", "PUT"].includes(method) && { "if-match": "*" }),
      ...headers,
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(content));
  return content;
}

/** Everybody in the demo reads Dutch: invites somebody who reads English to the talk of an intake that waits for one. */
export async function inviteInEnglish(demo) {
  const [intake] = (await asCoordinator(demo, "/intakes?status=submitted")).items;
  const guest = await asCoordinator(demo, "/people", {
    name: "Mila de Boer", email: "m.deboer@gemeente.example.nl", language: "en",
    roles: [{ role: "ambtenaar", municipality: intake.municipality }],
  });
  await asCoordinator(demo, `/intakes/${intake.id}/talk`, {
    localStart: "2027-03-04T14:00", localEnd: "2027-03-04T15:30", place: "Stadhuis, kamer 2.14",
    onlineUrl: "https://overleg.example.nl/talk/42", invitees: [{ person: guest.id }],
  });
}

/** The answer link of the first invitation in this language. */
export async function invitationLink(demo, language) {
  return eventually(`an invitation in ${language}`, async () => {
    for (const mail of await demo.mails()) {
      const spoken = mail.headers.find((header) => header.key === "content-language")?.value;
      const link = mail.text?.match(/https?:\/\/\S+\/r\/[\w.~-]+/)?.[0];
      if (spoken === language && link) return link;
    }
    return undefined;
  });
}

/** The link to a page such as `c` in the first mail to this address that has one. */
export async function linkTo(demo, address, page) {
  return eventually(`a link to /${page} for ${address}`, async () => {
    for (const mail of await demo.mails()) {
      const link = mail.text?.match(new RegExp(`https?://\\S+/${page}/[\\w.~-]+`))?.[0];
      if (link && mail.to?.some((to) => to.address === address)) return link;
    }
    return undefined;
  });
}

/** Makes a themed learning network of this name, with one member who reads this language. */
export async function joinNetwork(demo, language, name) {
  const network = await asCoordinator(demo, "/learning-networks", { name, description: "Hoe helpen we eerder?" });
  const [intake] = (await asCoordinator(demo, "/intakes")).items;
  const member = await asCoordinator(demo, "/people", {
    name: "Mila de Boer", email: "m.deboer@gemeente.example.nl", language,
    roles: [{ role: "ambtenaar", municipality: intake.municipality }],
  });
  await asCoordinator(demo, `/learning-networks/${network.id}/memberships`, { person: member.id });
}

/** The link in the mail that welcomes to this network. */
export async function wayOut(demo, name) {
  return eventually(`a welcome to ${name}`, async () => {
    const mails = await demo.mails();
    const welcome = mails.find((mail) => mail.subject?.includes(`‘${name}’`));
    return welcome?.text?.match(/https?:\/\/\S+\/u\/[\w.~-]+/)?.[0];
  });
}

/** Day and hour in so many seconds, on the clock of the institute. */
const soon = (seconds) => new Date(Date.now() + seconds * 1000).toLocaleString("sv-SE", { timeZone: "Europe/Amsterdam" }).replace(" ", "T");

/** Takes the intake that waits for its talk in this programme through talk, assessment and decision to a match. */
export async function matchedIntake(demo, programme) {
  const [intake] = (await asCoordinator(demo, `/intakes?programme=${programme}&status=submitted`)).items;
  const { content } = await asCoordinator(demo, `/programmes/${programme}`);
  const path = `/intakes/${intake.id}`;
  const { meeting } = await asCoordinator(demo, `${path}/talk`, { localStart: soon(3), localEnd: soon(3600), place: "Stadhuis" });
  await eventually("the start of the talk", () =>
    asCoordinator(demo, `/meetings/${meeting.id}/outcome`, { outcome: "held" }, "PUT").catch(() => undefined));
  await asCoordinator(demo, `${path}/assessment`, null);
  const shown = { evidence: "Verslag van het gesprek." };
  await asCoordinator(demo, `${path}/assessment`, {
    heard: content.requiredParties.map((kind) => ({ kind })),
    supports: ["board", "officials", "practice"].map((kind) => ({ kind, ...shown })),
    bodies: ["college", "raad", "ambtenaren"].map((body) => ({ body, ...shown })),
    coFunding: { percent: 50, givenBy: intake.contactPerson },
  }, "PATCH");
  const settlements = content.criteria.map(({ key }) => ({ criterion: key, value: "met" }));
  await asCoordinator(demo, `${path}/assessment/settlement`, { settlements }, "PUT");
  await asCoordinator(demo, `${path}/decision`, { outcome: "match" });
  return intake;
}

/** Takes a candidacy through consent, two reviews and the decision to an invitation, in a cohort of its own. */
export async function invite(demo, candidacy) {
  const path = `/candidacies/${candidacy}`;
  const cohort = await asCoordinator(demo, "/cohorts", { name: `Lichting van ${candidacy}`, startsOn: soon(0).slice(0, 10) });
  await asCoordinator(demo, path, { cohort: cohort.id }, "PATCH");
  await asCoordinator(demo, `${path}/consent/exemption`, { reason: "Werkt als vrijwilliger, zonder organisatie." });
  const reviewers = await Promise.all(["Eva Eerste", "Teun Tweede"].map((name) => asCoordinator(demo, "/people", { name })));
  const { items } = await asCoordinator(demo, `${path}/reviews`, { reviewers: reviewers.map(({ id }) => id) });
  for (const { id, reviewer } of items) await asPerson(demo, reviewer, `/reviews/${id}`, { innovation: 5, impact: 4, remark: "Overtuigend." }, "PUT");
  await asCoordinator(demo, `${path}/decision`, { outcome: "invite" });
}
