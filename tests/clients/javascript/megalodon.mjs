// megalodon, told what to do: {open: {url, accessToken}} | {call: "postStatus", with: […]} | {stream} | {next}
import { createReadStream } from "node:fs";
import generator from "megalodon";
import { Kept, takeSteps } from "./steps.mjs";

let client;
const streams = {};

async function stream(name) {
  const socket = await client[`${name}Streaming`]();
  const kept = (streams[name] = new Kept());
  for (const event of ["update", "notification", "delete", "status_update"]) {
    socket.on(event, (payload) => kept.put({ event, payload }));
  }
  await new Promise((resolve, reject) => {
    socket.on("connect", resolve);
    socket.on("error", reject);
  });
}

await takeSteps(async (step) => {
  if (step.open) {
    client = generator("mastodon", step.open.url, step.open.accessToken);
    return null;
  }
  if (step.stream) return stream(step.stream);
  if (step.next) return streams[step.next].next();
  const given = (step.with ?? []).map((each) => (each?.$path ? createReadStream(each.$path) : each));
  const answer = await client[step.call](...given);
  // What an app reads of an answer; of log-in there is only the value.
  return "headers" in Object(answer) ? { data: answer.data, link: answer.headers.link ?? null } : answer;
});
