// Reads documents {name: JSON} from standard input as Fedify reads any peer's, and writes what it understood.
// What it refuses it names the reason of. It may fetch nothing: a document that needs a context Fedify does not carry is not understood.

import { buffer } from "node:stream/consumers";
import { Object as AnyObject } from "@fedify/vocab";
import { preloadedContexts } from "@fedify/vocab-runtime";
import { describe } from "./describe.mjs";

async function carried(url) {
  const document = preloadedContexts[url];
  if (!document) throw new Error(`It would have to fetch ${url}`);
  return { contextUrl: null, documentUrl: url, document };
}

const options = { documentLoader: carried, contextLoader: carried, crossOrigin: "trust" };
const documents = JSON.parse(await buffer(process.stdin));
const understood = {};
for (const [name, json] of Object.entries(documents)) {
  understood[name] = await AnyObject.fromJsonLd(json, options)
    .then((object) => describe(object, options))
    .catch((error) => ({ refused: String(error) }));
}
console.log(JSON.stringify(understood));
