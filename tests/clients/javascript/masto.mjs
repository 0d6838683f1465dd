// masto.js, told what to do: {open: {url, accessToken}} | {call: "v1.statuses.create", with: […], pages} | {stream} | {next}
import { readFile } from "node:fs/promises";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import { Kept, takeSteps } from "./steps.mjs";

let rest;
let oauth;
let opened;
const streams = {};

// "v1.statuses.$42.favourite": a part that begins with $ is an id.
function found(root, path) {
  const parts = path.split(".");
  const last = parts.pop();
  const at = parts.reduce((here, part) => (part[0] === "$" ? here.$select(part.slice(1)) : here[part]), root);
  return (...given) => at[last](...given);
}

async function given(value) {
  if (value?.$path) return new File([await readFile(value.$path)], "picture.png", { type: value.type });
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const pairs = Object.entries(value).map(async ([name, inner]) => [name, await given(inner)]);
  return Object.fromEntries(await Promise.all(pairs));
}

async function call(step) {
  const root = step.call.startsWith("oauth.") ? { oauth } : rest;
  const answer = found(root, step.call)(...(await Promise.all((step.with ?? []).map(given))));
  if (!step.pages) return answer;
  const pages = [];
  for await (const page of answer) {
    pages.push(page);
    if (pages.length === step.pages) break;
  }
  return pages;
}

async function stream(path) {
  const instance = await rest.v2.instance.fetch();
  const client = createStreamingAPIClient({
    streamingApiUrl: instance.configuration.urls.streaming,
    accessToken: opened.accessToken,
  });
  await client.prepare();
  const subscription = found(client, `${path}.subscribe`)();
  streams[path] = new Kept();
  (async () => {
    for await (const event of subscription) streams[path].put(event);
  })();
}

await takeSteps(async (step) => {
  if (step.open) {
    opened = step.open;
    rest = createRestAPIClient(opened);
    oauth = createOAuthAPIClient(opened);
    return null;
  }
  if (step.stream) return stream(step.stream);
  if (step.next) return streams[step.next].next();
  return call(step);
});
