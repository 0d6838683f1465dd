// A small server made with Fedify, driven by the tests over HTTP: POST /control/NAME/VERB, GET /control/received.
//
// It listens twice: once signing by RFC 9421 first, once by draft-cavage first. Everything that ActivityPub asks
// for (keys, signatures, proofs, WebFinger, parsing) is Fedify's; what is here is only what a person would do.

import { createServer } from "node:http";
import {
  createFederation,
  digest,
  generateCryptoKeyPair,
  MemoryKvStore,
  verifyObject,
  verifyRequest,
} from "@fedify/fedify";
import {
  Accept, Activity, Announce, Article, Block, Collection, Create, Delete, Emoji, EmojiReact, Endpoints, Flag, Follow,
  Hashtag, Image, InteractionPolicy, InteractionRule, Like, Mention, Move, Note, Person, PUBLIC_COLLECTION, Question,
  QuoteAuthorization, QuoteRequest, Reject, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { describe } from "./describe.mjs";

const now = () => Temporal.Now.instant();

// A handle names no scheme, so Fedify asks for it by https, and nothing in the tests has a certificate.
const fetchAnything = globalThis.fetch;
globalThis.fetch = (what, options) =>
  fetchAnything(what instanceof URL && what.hostname === "127.0.0.1" ? what.href.replace(/^https:/, "http:") : what, options);

/** The name of each server's own actor, whom everybody may read: else two such servers would ask each other for ever. */
const SERVER = "server";

/** One server: its people, what they wrote, and every activity that reached it and was believed. */
async function world(firstKnock) {
  const people = new Map([[SERVER, await newPerson(SERVER)]]);
  const received = [];
  const complaints = [];
  const federation = createFederation({
    kv: new MemoryKvStore(), // without a queue an activity is sent, and read, before the answer
    allowPrivateAddress: true,
    firstKnock,
  });

  /** In a server that shows nothing to strangers: whether whoever asks has signed. */
  const readable = async (ctx, name) => {
    if (!people.get(name)?.secure) return true;
    const documentLoader = await ctx.getDocumentLoader({ identifier: SERVER });
    return (await ctx.getSignedKeyOwner({ documentLoader })) !== null;
  };

  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, name) => {
      const person = people.get(name);
      if (!person) return null;
      const keys = await ctx.getActorKeyPairs(name);
      return new Person({
        id: ctx.getActorUri(name),
        preferredUsername: name,
        name: person.name,
        summary: person.summary,
        url: ctx.getActorUri(name),
        inbox: ctx.getInboxUri(name),
        outbox: ctx.getOutboxUri(name),
        followers: ctx.getFollowersUri(name),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((pair) => pair.multikey),
        aliases: person.aliases.map((uri) => new URL(uri)),
        successor: person.successor ? new URL(person.successor) : null,
      });
    })
    .setKeyPairsDispatcher((_ctx, name) => people.get(name)?.keys ?? [])
    .authorize(readable);

  // Requests too: an Accept embeds them, and Fedify believes of another server's activity only what its origin says.
  for (const kind of [Note, Question, Article, Follow, QuoteRequest, QuoteAuthorization]) {
    federation.setObjectDispatcher(kind, `/users/{name}/${kind.name.toLowerCase()}s/{id}`, (ctx, values) =>
      people.get(values.name)?.objects.get(ctx.getObjectUri(kind, values).href) ?? null)
      .authorize((ctx, values) => readable(ctx, values.name));
  }
  federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, name) => {
    const person = people.get(name);
    return person && { items: [...person.followers.values()] };
  }).authorize(readable);
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-peer", version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: {}, localPosts: 0, localComments: 0 },
  }));

  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    // Signed fetches, for a server that shows nothing to strangers.
    .setSharedKeyDispatcher(() => ({ identifier: SERVER }))
    .on(Activity, async (ctx, activity) => {
      received.push(await describe(activity, ctx));
      await obey(ctx, activity);
    })
    .onError((_ctx, error) => complaints.push(String(error?.stack ?? error)));

  /** What any server does about an activity without asking anybody. */
  async function obey(ctx, activity) {
    const named = (uri) => uri && people.get(ctx.parseUri(uri)?.identifier);
    if (activity instanceof Follow) {
      const person = named(activity.objectId);
      const follower = await activity.getActor(ctx);
      if (!person || !follower) return;
      person.followers.set(follower.id.href, follower);
      await ctx.sendActivity({ identifier: person.handle }, follower, new Accept({
        id: mint(ctx, person, "accepts"),
        actor: ctx.getActorUri(person.handle),
        to: follower.id,
        object: activity,
      }));
    } else if (activity instanceof Undo) {
      const undone = await activity.getObject(ctx);
      if (undone instanceof Follow) named(undone.objectId)?.followers.delete(activity.actorId.href);
    } else if (activity instanceof QuoteRequest) {
      const { values } = ctx.parseUri(activity.objectId) ?? {};
      const person = people.get(values?.name);
      if (person?.objects.has(activity.objectId.href)) await grant(ctx, person, activity);
    } else if (activity instanceof Accept || activity instanceof Reject) {
      const follow = await activity.getObject(ctx);
      const person = named(follow?.actorId);
      if (!person || !(follow instanceof Follow)) return;
      if (activity instanceof Accept) person.following.add(activity.actorId.href);
      else person.following.delete(activity.actorId.href);
    } else if (activity instanceof Block) {
      named(activity.objectId)?.followers.delete(activity.actorId.href);
    }
  }

  /** A yes to a quote. */
  async function grant(ctx, person, request) {
    const yes = new QuoteAuthorization({
      id: minted(ctx, QuoteAuthorization, person), attribution: ctx.getActorUri(person.handle),
      interactingObject: request.instrumentId, interactionTarget: request.objectId,
    });
    person.objects.set(yes.id.href, yes);
    const asker = await request.getActor(ctx);
    await ctx.sendActivity({ identifier: person.handle }, asker, new Accept({
      id: mint(ctx, person, "accepts"), actor: ctx.getActorUri(person.handle), to: asker.id, object: request, result: yes.id,
    }));
  }

  const mint = (ctx, person, kind) =>
    new URL(`${ctx.getActorUri(person.handle).href}/${kind}/${crypto.randomUUID()}`);

  /** The id of something that can be fetched. */
  const minted = (ctx, kind, person) => ctx.getObjectUri(kind, { name: person.handle, id: crypto.randomUUID() });

  /** Sends, and gives the ids of what was sent and of what it is about. */
  async function send(ctx, person, activity, recipients, more = {}) {
    person.sent.set(activity.id.href, activity);
    await ctx.sendActivity({ identifier: person.handle }, recipients, activity, { preferSharedInbox: true, ...more });
    return { id: activity.id.href, object: activity.objectId?.href ?? null };
  }

  /** The actor documents behind *uris*; "followers" are those of *person*. */
  async function meant(ctx, person, uris) {
    const found = [];
    const documentLoader = await ctx.getDocumentLoader({ identifier: person.handle });
    for (const uri of uris) {
      if (uri === "followers") found.push(...person.followers.values());
      else found.push(await ctx.lookupObject(uri, { documentLoader }));
    }
    return found;
  }

  function addressed(ctx, person, { visibility = "public", mentions = [] }) {
    const followers = ctx.getFollowersUri(person.handle);
    const named = mentions.map(({ href }) => new URL(href));
    if (visibility === "public") return { to: PUBLIC_COLLECTION, ccs: [followers, ...named] };
    if (visibility === "private") return { to: followers, ccs: named };
    return { tos: named };
  }

  function written(ctx, person, fields) {
    const { text, replyTo, mentions = [], hashtags = [], poll, vote, title } = fields;
    const kind = poll ? Question : title ? Article : Note;
    const tags = [
      ...mentions.map(({ href, name }) => new Mention({ href: new URL(href), name })),
      ...hashtags.map((name) => new Hashtag({ href: new URL(`/tags/${name}`, ctx.origin), name: `#${name}` })),
    ];
    const object = new kind({
      id: minted(ctx, kind, person),
      attribution: ctx.getActorUri(person.handle),
      ...addressed(ctx, person, fields),
      content: text ?? null,
      name: vote ?? title ?? null,
      replyTarget: replyTo ? new URL(replyTo) : null,
      interactionPolicy: vote ? null : new InteractionPolicy({ canQuote: new InteractionRule({ automaticApproval: PUBLIC_COLLECTION }) }),
      published: now(),
      tags,
      ...(poll ? options(poll, {}) : {}),
    });
    return object;
  }

  const options = ({ choices, seconds }, counts) => ({
    exclusiveOptions: choices.map((name) =>
      new Note({ name, replies: new Collection({ totalItems: counts[name] ?? 0 }) })),
    endTime: now().add({ seconds }),
    voters: Object.values(counts).reduce((sum, each) => sum + each, 0),
  });

  const verbs = {
    async follow(ctx, person, { target }) {
      const [whom] = await meant(ctx, person, [target]);
      const activity = new Follow({ id: minted(ctx, Follow, person), actor: ctx.getActorUri(person.handle), object: whom.id, to: whom.id });
      person.objects.set(activity.id.href, activity);
      return send(ctx, person, activity, whom);
    },
    async write(ctx, person, fields) {
      const object = written(ctx, person, fields);
      person.objects.set(object.id.href, object);
      const activity = new Create({ id: mint(ctx, person, "creates"), actor: ctx.getActorUri(person.handle), object, ...addressed(ctx, person, fields) });
      // "followers" as a word, and not as a list, is what Fedify can send a digest of along.
      if (fields.synchronize) return send(ctx, person, activity, "followers", { syncCollection: true });
      return send(ctx, person, activity, await meant(ctx, person, fields.recipients ?? ["followers"]));
    },
    async quote(ctx, person, { text, target, author }) {
      const [whom] = await meant(ctx, person, [author]);
      const note = written(ctx, person, { text }).clone({ quote: new URL(target), quoteUrl: new URL(target) });
      const activity = new QuoteRequest({
        id: minted(ctx, QuoteRequest, person), actor: ctx.getActorUri(person.handle), object: new URL(target), instrument: note, to: whom.id,
      });
      for (const each of [note, activity]) person.objects.set(each.id.href, each);
      return { ...await send(ctx, person, activity, whom), note: note.id.href };
    },
    async publish(ctx, person, { object, authorization }) {
      const note = person.objects.get(object).clone({ quoteAuthorization: new URL(authorization) });
      person.objects.set(object, note);
      const activity = new Create({ id: mint(ctx, person, "creates"), actor: ctx.getActorUri(person.handle), object: note, ...addressed(ctx, person, {}) });
      return send(ctx, person, activity, await meant(ctx, person, ["followers"]));
    },
    async forget(_ctx, person, { follower }) {
      return { id: person.followers.delete(follower) };
    },
    async edit(ctx, person, { object, text, poll, counts }) {
      const changed = person.objects.get(object).clone({
        ...(text ? { content: text } : {}),
        ...(poll ? options(poll, counts) : {}),
        updated: now(),
      });
      person.objects.set(object, changed);
      const activity = new Update({ id: mint(ctx, person, "updates"), actor: ctx.getActorUri(person.handle), object: changed, to: PUBLIC_COLLECTION });
      return send(ctx, person, activity, await meant(ctx, person, ["followers"]));
    },
    async remove(ctx, person, { object }) {
      person.objects.delete(object);
      const activity = new Delete({ id: mint(ctx, person, "deletes"), actor: ctx.getActorUri(person.handle), object: new Tombstone({ id: new URL(object) }), to: PUBLIC_COLLECTION });
      return send(ctx, person, activity, await meant(ctx, person, ["followers"]));
    },
    async react(ctx, person, { kind, object, author, emoji, picture }) {
      const [whom] = await meant(ctx, person, [author]);
      const make = { like: Like, boost: Announce, emoji: EmojiReact }[kind];
      const shown = picture && new Emoji({
        id: new URL(`/emojis/${emoji.replaceAll(":", "")}`, ctx.origin), name: emoji, icon: new Image({ url: new URL(picture), mediaType: "image/png" }),
      });
      const activity = new make({
        content: emoji ?? null, tags: shown ? [shown] : [],
        id: mint(ctx, person, kind), actor: ctx.getActorUri(person.handle), object: new URL(object), published: now(),
        ...(kind === "boost" ? addressed(ctx, person, { mentions: [{ href: author }] }) : { to: whom.id }),
      });
      return send(ctx, person, activity, [whom, ...person.followers.values()]);
    },
    async block(ctx, person, { target }) {
      const [whom] = await meant(ctx, person, [target]);
      person.followers.delete(whom.id.href);
      const activity = new Block({ id: mint(ctx, person, "blocks"), actor: ctx.getActorUri(person.handle), object: whom.id, to: whom.id });
      return send(ctx, person, activity, whom);
    },
    async report(ctx, person, { target, objects, text }) {
      const [whom] = await meant(ctx, person, [target]);
      const activity = new Flag({
        id: mint(ctx, person, "reports"), actor: ctx.getActorUri(person.handle),
        objects: [whom.id, ...objects.map((uri) => new URL(uri))], content: text, to: whom.id,
      });
      return send(ctx, person, activity, whom);
    },
    async undo(ctx, person, { id, author }) {
      const activity = new Undo({ id: mint(ctx, person, "undoes"), actor: ctx.getActorUri(person.handle), object: person.sent.get(id) });
      return send(ctx, person, activity, await meant(ctx, person, [author]));
    },
    async profile(ctx, person, fields) {
      Object.assign(person, fields);
      const activity = new Update({ id: mint(ctx, person, "updates"), actor: ctx.getActorUri(person.handle), object: await ctx.getActor(person.handle), to: PUBLIC_COLLECTION });
      return send(ctx, person, activity, await meant(ctx, person, ["followers"]));
    },
    async move(ctx, person, { target }) {
      person.successor = target;
      const activity = new Move({
        id: mint(ctx, person, "moves"), actor: ctx.getActorUri(person.handle), object: ctx.getActorUri(person.handle),
        target: new URL(target), to: ctx.getFollowersUri(person.handle),
      });
      return send(ctx, person, activity, await meant(ctx, person, ["followers"]));
    },
    async rotate(_ctx, person) {
      person.keys = await keyPairs();
      return {};
    },
    async lookup(ctx, person, { uri }) {
      const documentLoader = await ctx.getDocumentLoader({ identifier: person.handle });
      const found = await ctx.lookupObject(uri, { documentLoader });
      return found && await describe(found, ctx);
    },
    async state(_ctx, person) {
      return { followers: [...person.followers.keys()], following: [...person.following] };
    },
  };

  async function born(ctx, handle, options) {
    people.set(handle, await newPerson(handle, options));
    return { id: ctx.getActorUri(handle).href, handle: `@${handle}@${ctx.host}` };
  }

  async function control(ctx, path, fields) {
    const [name, verb] = path.split("/").slice(2);
    if (name === "received") return { received, complaints };
    if (verb === "new") return born(ctx, name, fields);
    return verbs[verb](ctx, people.get(name), fields);
  }

  /** Which of its two signatures a delivery carries, and whether each holds by itself: Fedify needs only one. */
  async function signatures(ctx, request) {
    const json = await request.clone().json();
    const loaders = { documentLoader: await ctx.getDocumentLoader({ identifier: SERVER }), contextLoader: ctx.contextLoader };
    const key = await verifyRequest(request.clone(), loaders);
    const proof = json.proof ? (await verifyObject(Activity, json, loaders)) !== null : null;
    const followers = [...people.values()].filter((person) => person.following.has(json.actor));
    return {
      activity: json.id, key: key?.id?.href ?? null, proof,
      synchronization: request.headers.get("collection-synchronization"),
      digest: Buffer.from(await digest(followers.map((person) => ctx.getActorUri(person.handle)))).toString("hex"),
    };
  }

  const checked = [];
  async function answer(request) {
    const ctx = federation.createContext(request, undefined);
    const path = new URL(request.url).pathname;
    if (path === "/control/signatures") return Response.json(checked);
    if (path.startsWith("/control/")) {
      const body = request.method === "POST" ? await request.json() : {};
      return Response.json(await control(ctx, path, body));
    }
    if (request.method === "POST") checked.push(await signatures(ctx, request));
    return federation.fetch(request, { contextData: undefined });
  }
  return answer;
}

const keyPairs = () => Promise.all([generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), generateCryptoKeyPair("Ed25519")]);

/** As long as Mastodon's. Fedify's own are twice as long, and take seconds to make: whoever changes keys has those. */
const shortKeyPairs = () =>
  Promise.all([
    crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
      true,
      ["sign", "verify"],
    ),
    generateCryptoKeyPair("Ed25519"),
  ]);

/** Somebody new. *secure*: what they write is not for strangers. */
async function newPerson(handle, { secure = false } = {}) {
  return {
    handle, secure, name: handle, summary: null, aliases: [], successor: null, keys: await shortKeyPairs(),
    objects: new Map(), sent: new Map(), followers: new Map(), following: new Set(),
  };
}

/** Serves *answer* on any free port; gives the origin. */
function listen(answer) {
  const server = createServer(async (incoming, outgoing) => {
    const chunks = await incoming.toArray();
    const bodiless = incoming.method === "GET" || incoming.method === "HEAD";
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method,
      headers: Object.entries(incoming.headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value])),
      body: bodiless ? undefined : Buffer.concat(chunks),
    });
    const response = await answer(request).catch((error) => new Response(String(error?.stack ?? error), { status: 500 }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`)));
}

const origins = {
  rfc9421: await listen(await world("rfc9421")),
  cavage: await listen(await world("draft-cavage-http-signatures-12")),
};
console.log(JSON.stringify(origins));
process.stdin.resume().on("end", () => process.exit(0)); // ends with the tests, however they end
