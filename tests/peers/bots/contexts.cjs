// activitypub-bot asks for activitystrea.ms 4, which not every copy of the npm registry has. What it uses of it,
// version 3.1 lacks in four places: `registerContext`, by which a context is known without being fetched; writing a
// document in the context it was made with, where 3.1 asks for a property by a name it does not have; `isActivity`;
// and an object of its own inside a document that is read, which 3.1 takes for one that has nothing but a context.

const Environment = require("activitystrea.ms/src/environment.js");
const Loader = require("activitystrea.ms/src/contextloader.js");
const reasoner = require("activitystrea.ms/src/reasoner.js");
const vocabulary = require("vocabs-as");

const known = new Map();
const make = Loader.prototype.makeDocLoader;
Loader.prototype.makeDocLoader = function makeDocLoader() {
  const load = make.call(this);
  return async (url) =>
    known.has(url) ? { contextUrl: null, document: known.get(url), documentUrl: url } : load(url);
};
Object.defineProperty(Environment.prototype, "origContext", {
  get() {
    return this.originalContext;
  },
});

const as2 = require("activitystrea.ms");
// Not enumerable: 3.1 writes out whatever it can enumerate.
Object.defineProperty(as2.models.Base.prototype, "isActivity", {
  value() {
    return [this.type].flat().some((type) => reasoner.node(type).is(vocabulary.Activity));
  },
});

/** The JSON-LD behind one of its objects, in expanded form, which may stand inside a compact document. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof as2.models.Base)) return value;
  return value[Object.getOwnPropertySymbols(value).find((symbol) => symbol.description === "expanded")];
}
// The first thing that 3.1 does with a document it reads.
const assume = Environment.prototype.applyAssumedContext;
Environment.prototype.applyAssumedContext = function applyAssumedContext(input) {
  for (const name of Object.keys(input)) input[name] = plain(input[name]);
  return assume.call(this, input);
};
as2.registerContext = (url, context) => known.set(url, context);
