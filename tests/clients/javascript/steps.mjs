// One step in each line of the input, as JSON; of each the outcome, in one line of the output. Ends with the input.
import { createInterface } from "node:readline";

export async function takeSteps(take) {
  for await (const line of createInterface({ input: process.stdin })) {
    let said;
    try {
      said = { value: (await take(JSON.parse(line))) ?? null };
    } catch (error) {
      said = { error: String(error?.message ?? error), status: error?.statusCode ?? error?.response?.status ?? null };
    }
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  process.exit(0);
}

// Events of a stream, kept until somebody asks for them.
export class Kept {
  #events = [];
  #waiting = [];

  put(event) {
    const waits = this.#waiting.shift();
    if (waits) waits(event);
    else this.#events.push(event);
  }

  next() {
    if (this.#events.length) return Promise.resolve(this.#events.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
