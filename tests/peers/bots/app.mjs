// The bots that come with activitypub-bot, on any free port. Says where in its first line; ends when its input does.

import "./contexts.cjs";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import as2 from "activitystrea.ms";

// What it would fetch from the open internet before it can read an actor of ours.
const folder = new URL("../../../fediverse_node/activitystreams/contexts/", import.meta.url);
for (const [address, file] of Object.entries({
  "https://www.w3.org/ns/cid/v1": "cid-v1.json",
  "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
  "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
  "https://w3id.org/security/multikey/v1": "multikey-v1.json",
})) {
  as2.registerContext(address, JSON.parse(readFileSync(new URL(file, folder), "utf-8")));
}

const { Bot, FollowBackBot, makeApp } = await import("@evanp/activitypub-bot");

/** Does what a mention asks for, with the framework's own verbs. */
class ObedientBot extends Bot {
  get fullname() {
    return "Obedient Bot";
  }

  get description() {
    return "A bot that likes and boosts.";
  }

  async onMention(object) {
    const text = object.content?.get() ?? "";
    if (text.includes("like")) await this._context.likeObject(object);
    if (text.includes("boost")) await this._context.announceObject(object);
  }
}

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
const origin = `http://127.0.0.1:${port}`;
const app = await makeApp({
  databaseUrl: "sqlite::memory:",
  origin,
  bots: { obedient: new ObedientBot("obedient"), followback: new FollowBackBot("followback") },
  logLevel: "silent",
  allowPrivateNetworkRequests: true,
});
app.listen(port, "127.0.0.1", () => console.log(JSON.stringify({ origin })));
process.stdin.resume().on("end", () => process.exit(0));
