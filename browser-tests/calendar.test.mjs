// Every calendar that is mailed in the life of a meeting, as another program reads it: the demo sends the mails, ical.js
// reads them. In summer, in winter, and on both nights on which the clock changes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import ICAL from "ical.js";
import { asCoordinator, eventually, startDemo } from "./demo.mjs";

let demo;
before(async () => { demo = await startDemo(); });
after(async () => { await demo?.stop(); });

/** The calendars mailed to addresses of this house, in the order in which they left: to whom, and what is read. */
async function calendars(house) {
  const read = [];
  for (const mail of await demo.mails()) {
    const to = mail.to?.[0]?.address ?? "";
    const part = mail.attachments.find(({ mimeType, disposition }) => mimeType === "text/calendar" && disposition !== "attachment");
    if (!to.endsWith(`@${house}.example.nl`) || !part) continue;
    const text = typeof part.content === "string" ? part.content : new TextDecoder().decode(part.content);
    for (const line of text.split(/\r?\n/)) assert.ok(new TextEncoder().encode(line).length <= 75, `too long: ${line}`);
    const calendar = new ICAL.Component(ICAL.parse(text));
    const events = calendar.getAllSubcomponents("vevent");
    assert.equal(events.length, 1);
    const event = new ICAL.Event(events[0]);
    const attendees = events[0].getAllProperties("attendee");
    assert.deepEqual(attendees.map((one) => one.getFirstValue().toLowerCase()), [`mailto:${to}`]);
    const zones = calendar.getAllSubcomponents("vtimezone");
    assert.deepEqual(zones.map((zone) => zone.getFirstPropertyValue("tzid")), ["Europe/Amsterdam"]);
    const zone = new ICAL.Timezone(zones[0]);
    // With the rules of the zone in the calendar itself, and no others.
    const instant = (time) => { const there = time.clone(); there.zone = zone; return new Date(there.toUnixTime() * 1000).toISOString(); };
    read.push({
      to: to.split("@")[0], method: calendar.getFirstPropertyValue("method"), uid: event.uid, sequence: event.sequence,
      status: events[0].getFirstPropertyValue("status"), place: event.location, summary: event.summary,
      start: event.startDate.toString(), startsAt: instant(event.startDate), endsAt: instant(event.endDate),
    });
  }
  return read;
}

const everybody = ["anna", "bert", "cees", "dina", "emma"];
const awkward = "Netwerkdag; \"samen\", \\ verder\u2014ünïcode 🎉 en nog veel meer woorden dan er op een regel passen";

for (const [name, first, next, expected] of [
  ["summer", "2027-07-15", "2027-07-22", ["2027-07-15T11:00:00.000Z", "2027-07-22T11:00:00.000Z"]],
  ["winter", "2027-01-14", "2027-01-21", ["2027-01-14T12:00:00.000Z", "2027-01-21T12:00:00.000Z"]],
  ["spring", "2027-03-27", "2027-03-28", ["2027-03-27T12:00:00.000Z", "2027-03-28T11:00:00.000Z"]],
  ["autumn", "2027-10-30", "2027-10-31", ["2027-10-30T11:00:00.000Z", "2027-10-31T12:00:00.000Z"]],
]) {
  test(`every calendar in the life of a meeting in ${name} is read as it was meant`, async () => {
    const house = name;
    const person = async (who) => (await asCoordinator(demo, "/people", { name: who, email: `${who}@${house}.example.nl` })).id;
    const invitees = [];
    for (const who of everybody) invitees.push({ person: await person(who) });
    const on = (date) => ({ localStart: `${date}T13:00`, localEnd: `${date}T17:00` });
    const { meeting, invitations } = await asCoordinator(demo, "/meetings", {
      kind: "network", title: awkward, agenda: "Kennismaken\nBEGIN:VEVENT\n; , \\", place: "De Observant; zaal 2", ...on(first), invitees,
    });
    const path = `/meetings/${meeting.id}`;
    let seen = 0;
    /** The calendars that left since, as soon as there are so many. */
    const since = async (count) => {
      const all = await eventually(`${count} more mails in ${name}`, async () => {
        const found = await calendars(house);
        return found.length >= seen + count && found;
      });
      assert.equal(all.length, seen + count);
      const fresh = all.slice(seen);
      seen = all.length;
      return fresh.sort((one, other) => one.to.localeCompare(other.to));
    };
    const change = (body) => asCoordinator(demo, `${path}/changes`, body, "POST", { "if-match": "*" });
    const all = (calendar, to = [...everybody, "fred"]) => to.map((one) => ({ to: one, ...calendar }));
    const told = (one) => ({ to: one.to, method: one.method, sequence: one.sequence, startsAt: one.startsAt, place: one.place, status: one.status });
    const [before, later] = expected;

    const invited = await since(5);
    const request = { method: "REQUEST", sequence: 0, startsAt: before, place: "De Observant; zaal 2", status: "CONFIRMED" };
    assert.deepEqual(invited.map(told), all(request, everybody));
    for (const one of invited) {
      assert.equal(one.uid, invited[0].uid);
      assert.equal(one.summary, awkward);
      assert.equal(one.start, `${first}T13:00:00`);
      assert.equal(Date.parse(one.endsAt) - Date.parse(one.startsAt), 4 * 3_600_000);
    }
    await change({ addInvitees: [{ person: await person("fred") }] });
    assert.deepEqual((await since(1)).map(told), all(request, ["fred"]));
    await change({ period: on(next) });
    const moved = { ...request, sequence: 1, startsAt: later };
    assert.deepEqual((await since(6)).map(told), all(moved));
    await change({ place: "Stadhuis" });
    const elsewhere = { ...moved, sequence: 2, place: "Stadhuis" };
    assert.deepEqual((await since(6)).map(told), all(elsewhere));
    const anna = invitations.find((one) => one.person === invitees[0].person);
    await change({ removeInvitations: [anna.id] });
    assert.deepEqual((await since(1)).map(told), all({ ...elsewhere, method: "CANCEL", sequence: 3, status: null }, ["anna"]));
    await asCoordinator(demo, `${path}/cancellation`, { reason: "Te weinig aanmeldingen." }, "POST", { "if-match": "*" });
    const off = { ...elsewhere, method: "CANCEL", sequence: 4, status: "CANCELLED" };
    assert.deepEqual((await since(5)).map(told), all(off, ["bert", "cees", "dina", "emma", "fred"]));
    for (const one of await calendars(house)) assert.equal(one.uid, invited[0].uid);
  });
}
