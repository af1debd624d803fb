// Checks docker-compose.yml without a container runtime: against the Compose specification's JSON Schema
// (the copy that the package dclint ships), and against the rules of our own that a schema cannot hold.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv";
import { parseDocument } from "yaml";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const schemaPath = createRequire(import.meta.url).resolve("dclint/package.json").replace("package.json", "schemas/compose.schema.json");

const document = parseDocument(read("docker-compose.yml"), { merge: true });
const failures = document.errors.map((error) => `docker-compose.yml: ${error.message}`);
const compose = document.toJS();

const { $schema: _, ...schema } = JSON.parse(readFileSync(schemaPath, "utf8"));
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
if (!validate(compose)) {
  failures.push(...validate.errors.map((error) => `docker-compose.yml${error.instancePath}: ${error.message}`));
}

const fail = (service, rule) => failures.push(`docker-compose.yml: ${service} ${rule}`);
// An image is pinned by a version with two numbers at least: `latest` and `15` move under our feet.
const pinned = (image) => /:(v?\d+\.\d+|\$\{[A-Z_]+:-\d+\.\d+)/.test(image);

for (const [name, service] of Object.entries(compose.services ?? {})) {
  if (service.read_only !== true) fail(name, "has a writable root file system");
  if (!service.cap_drop?.includes("ALL") || service.cap_add) fail(name, "keeps capabilities");
  if (!service.security_opt?.includes("no-new-privileges:true")) fail(name, "may gain privileges");
  if (service.privileged) fail(name, "is privileged");
  if (!/^[1-9]\d*(:[1-9]\d*)?$/.test(String(service.user))) fail(name, "does not run as a numbered user other than root");
  if (!service.healthcheck?.test) fail(name, "has no health check");
  if (!service.image || !pinned(service.image)) fail(name, "has an image without a version");
  for (const port of service.ports ?? []) {
    if (!String(port).startsWith("127.0.0.1:")) fail(name, `opens ${port} to every network`);
  }
  for (const [key, value] of Object.entries(service.environment ?? {})) {
    const secret = /PASSWORD|KEY|SECRET|TOKEN/.test(key) || /:\/\/[^/]*:[^/]*@/.test(value);
    if (secret && !/\$\{[A-Z_]+:\?/.test(value)) fail(name, `has a value for ${key} in the file`);
  }
}

// `demo.env` answers every question the file asks, or the demo does not start; but for the master key, which each
// installation makes for itself.
const demo = new Map(read("docker/demo.env").split("\n").filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(/=(.*)/s)));
for (const [, key] of read("docker-compose.yml").matchAll(/\$\{([A-Z_]+):\?/g)) {
  if (key !== "KOPLOPERS_MASTER_KEY" && !demo.get(key)) failures.push(`docker/demo.env: ${key} is missing`);
}

const dockerfile = read("Dockerfile");
for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) {
  if (!pinned(image)) failures.push(`Dockerfile: ${image} has no version`);
}
if (!/^USER [1-9]\d*:[1-9]\d*$/m.test(dockerfile)) failures.push("Dockerfile: the user is not a number other than root");

for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exit(1);
console.log(`docker-compose.yml: ${Object.keys(compose.services).length} services as they should be; not started here`);
