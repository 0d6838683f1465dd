// What Fedify understood of an activity, object or actor, as plain values.

import {
  Accept, Activity, Add, Announce, Block, Collection, Create, Delete, Emoji, EmojiReact, Flag, Follow, Hashtag, isActor,
  Like, Mention, Move, Question, QuoteAuthorization, QuoteRequest, Reject, Remove, Undo, Update,
} from "@fedify/vocab";

const href = (uri) => uri?.href ?? null;
const hrefs = (uris) => uris.map((uri) => uri.href);
const text = (value) => value?.toString() ?? null;

/** Activities whose object is somebody else's document and is named, not shown. */
const POINTING = [Like, EmojiReact, Announce, Follow, Block, Flag, Move, Add, Remove, QuoteRequest];

async function all(iterable) {
  const found = [];
  for await (const each of iterable) found.push(each);
  return found;
}

export async function describe(object, options) {
  const common = { type: object.constructor.name, id: href(object.id) };
  if (object instanceof Activity && !(object instanceof Question)) return { ...common, ...await activity(object, options) };
  if (isActor(object)) return { ...common, ...await actor(object, options) };
  if (object instanceof Collection) return { ...common, totalItems: object.totalItems, items: hrefs(object.itemIds) };
  if (object instanceof QuoteAuthorization) return { ...common, ...authorization(object) };
  return { ...common, ...await content(object, options) };
}

async function activity(object, options) {
  const shown = !POINTING.some((kind) => object instanceof kind);
  const inner = shown ? await object.getObject(options) : null;
  return {
    actor: href(object.actorId),
    to: hrefs(object.toIds),
    cc: hrefs(object.ccIds),
    published: text(object.published),
    content: text(object.content),
    objects: hrefs(object.objectIds),
    target: href(object.targetId),
    instrument: href(object.instrumentId),
    result: href(object.resultId),
    object: inner && await describe(inner, options),
  };
}

const authorization = (object) => ({
  attributedTo: href(object.attributionId),
  interactingObject: href(object.interactingObjectId),
  interactionTarget: href(object.interactionTargetId),
});

async function actor(object, options) {
  const keys = await all(object.getPublicKeys(options));
  const multikeys = await all(object.getAssertionMethods(options));
  return {
    preferredUsername: text(object.preferredUsername),
    name: text(object.name),
    summary: text(object.summary),
    url: href(object.url),
    inbox: href(object.inboxId),
    outbox: href(object.outboxId),
    followers: href(object.followersId),
    following: href(object.followingId),
    featured: href(object.featuredId),
    sharedInbox: href(object.endpoints?.sharedInbox),
    manuallyApprovesFollowers: object.manuallyApprovesFollowers,
    discoverable: object.discoverable,
    indexable: object.indexable,
    aliases: hrefs(object.aliasIds),
    successor: href(object.successorId),
    published: text(object.published),
    keys: keys.map((key) => ({ id: href(key.id), owner: href(key.ownerId), algorithm: key.publicKey?.algorithm.name })),
    multikeys: multikeys.map((key) => ({ id: href(key.id), controller: href(key.controllerId), algorithm: key.publicKey?.algorithm.name })),
  };
}

async function content(object, options) {
  const tags = await all(object.getTags({ ...options, suppressError: true }));
  const attachments = await all(object.getAttachments({ ...options, suppressError: true }));
  return {
    attributedTo: href(object.attributionId),
    to: hrefs(object.toIds),
    cc: hrefs(object.ccIds),
    content: text(object.content),
    name: text(object.name),
    summary: text(object.summary),
    sensitive: object.sensitive,
    inReplyTo: href(object.replyTargetId),
    url: href(object.url),
    published: text(object.published),
    updated: text(object.updated),
    replies: href(object.repliesId),
    likes: href(object.likesId),
    shares: href(object.sharesId),
    quote: href(object.quoteId),
    quoteAuthorization: href(object.quoteAuthorizationId),
    canQuote: hrefs(object.interactionPolicy?.canQuote?.automaticApprovals ?? []),
    mentions: tags.filter((tag) => tag instanceof Mention).map((tag) => ({ href: href(tag.href), name: text(tag.name) })),
    hashtags: tags.filter((tag) => tag instanceof Hashtag).map((tag) => text(tag.name)),
    emojis: tags.filter((tag) => tag instanceof Emoji).map((tag) => text(tag.name)),
    attachments: attachments.map((each) => ({ type: each.constructor.name, url: href(each.url), mediaType: each.mediaType ?? null, name: text(each.name) })),
    ...(object instanceof Question ? await choices(object, options) : {}),
  };
}

async function choices(object, options) {
  const counted = async (option) => [text(option.name), (await option.getReplies(options))?.totalItems ?? 0];
  return {
    exclusive: await Promise.all((await all(object.getExclusiveOptions(options))).map(counted)),
    inclusive: await Promise.all((await all(object.getInclusiveOptions(options))).map(counted)),
    endTime: text(object.endTime),
    voters: object.voters,
  };
}
