// activitypub-bot asks for activitystrea.ms 4, which not every copy of the npm registry has. What it uses of it,
// version 3.1 lacks in three places: `registerContext`, by which a context is known without being fetched; writing a
// document in the context it was made with, where 3.1 asks for a property by a name it does not have; `isActivity`.
// Notes that it writes lose their content all the same, so no test asks a bot for one.

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
as2.registerContext = (url, context) => known.set(url, context);
