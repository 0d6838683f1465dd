// Bots made with activitypub-bot, on any free port. Says where in its first line; ends when its input does.
//
// Any name is a bot. What it does, a test asks it for over HTTP, POST /control/NAME/VERB; all of it is done by the
// framework's own verbs.

import "./contexts.cjs";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
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

const { Bot, BotFactory, makeApp } = await import("@evanp/activitypub-bot");

/** What each bot was told of, by name: a list of {type, id}, the type of an activity and the id of its object. */
const told = new Map();

class Person extends Bot {
  #note(type, object) {
    told.set(this.username, [...(told.get(this.username) ?? []), { type, id: object?.id ?? null }]);
  }

  /** Every activity that was believed; the framework goes on to act on it. */
  async handleActivity(activity) {
    this.#note(activity.type.split("#").at(-1), activity.object?.first);
    return false;
  }

  async onMention(object) {
    this.#note("Mention", object);
  }
}

class Everybody extends BotFactory {
  async canCreate(name) {
    return /^[a-z]+[0-9]+$/.test(name);
  }

  async create(name) {
    const person = new Person(name, { fullname: `Bot ${name}`, description: "It does as it is told." });
    await person.initialize(await this._context.duplicate(name));
    return person;
  }
}

/** What a test asks for: the framework's verbs, with the things they are about fetched by their ids first. */
const verbs = {
  write: (context, { text }) => context.sendNote(text, { to: ["as:Public", `${context.botActorId}/followers`] }),
  answer: async (context, { text, to }) => context.sendReply(text, await context.getObject(to)),
  edit: async (context, { object, text }) => context.updateNote(await context.getObject(object), text),
  remove: async (context, { object }) => context.deleteNote(await context.getObject(object)),
  like: async (context, { object }) => context.likeObject(await context.getObject(object)),
  unlike: async (context, { object }) => context.unlikeObject(await context.getObject(object)),
  boost: async (context, { object }) => context.announceObject(await context.getObject(object)),
  unboost: async (context, { object }) => context.unannounceObject(await context.getObject(object)),
  follow: async (context, { actor }) => context.followActor(await context.getObject(actor)),
  unfollow: async (context, { actor }) => context.unfollowActor(await context.getObject(actor)),
  report: (context, { objects, text, to }) => context.doActivity({ type: "Flag", object: objects, content: text, to }),
  knows: (context, { uri }) => context.getObject(uri),
};

const everybody = new Everybody();

async function obey(path, fields) {
  const [name, verb] = path.split("/").slice(2);
  if (verb === "told") return told.get(name) ?? [];
  const { _context: context } = await everybody.create(name);
  return (await verbs[verb](context, fields)).export({ useOriginalContext: true });
}

/** Serves *answer*, which is there once the port is known; gives the server. */
const listening = (server, port = 0) => new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(server)));
const origin = (server) => `http://127.0.0.1:${server.address().port}`;

let app = null;
const server = await listening(createServer((request, response) => app(request, response)));
app = await makeApp({
  databaseUrl: "sqlite::memory:",
  origin: origin(server),
  bots: { "*": everybody },
  logLevel: process.env.BOT_LOG_LEVEL ?? "silent",
  allowPrivateNetworkRequests: true,
});
const door = await listening(createServer((request, response) =>
  json(request).then((fields) => obey(request.url, fields)).then(
    (found) => response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(found)),
    (error) => response.writeHead(error.status ?? 500).end(String(error?.stack ?? error)),
  )));
console.log(JSON.stringify({ origin: origin(server), control: origin(door) }));
process.stdin.resume().on("end", () => process.exit(0));
