// Sends turns one after another and loses none: what could not be sent stays first in line.

const PATIENCE = 70_000; // milliseconds; the server itself gives up after 60 s

/** An id that names a turn for good, so that asking again never takes it twice. */
function newKey() {
  // randomUUID needs HTTPS or localhost; random values work everywhere.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Asks for one turn: `{replies}`, or `{error, retry}` where `error` names the words to show. */
async function ask(turn) {
  let response;
  try {
    response = await fetch("/chat/turn", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(turn),
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    return { error: error.name === "TimeoutError" ? "slow" : "offline", retry: true };
  }
  try {
    return await response.json();
  } catch {
    return { error: "failed", retry: true };
  }
}

/**
 * The line of turns that wait.
 *
 * `on` is told what happens: `start(item)`, `done(item, replies)`, `trouble(item, error, retry)`,
 * `waits(item)` for an item behind one that failed, and `idle()` when nothing is under way.
 */
export class Queue {
  #items = [];
  #busy = false;

  constructor(on) {
    this.on = on;
  }

  /** Puts a turn last; `incoming` is what the server gets. */
  add(incoming, item = {}) {
    item.turn = { update_key: newKey(), incoming };
    this.#items.push(item);
    return this.go();
  }

  /** Sends what waits, in order, until it is all sent or something fails. */
  async go() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#items.length) {
      const item = this.#items[0];
      this.on.start(item);
      let answer = await ask(item.turn);
      if (answer.error === "session") {
        // The cookie is missing or too old: loading the page gives a fresh one.
        await fetch("/", { cache: "no-store" }).catch(() => null);
        answer = await ask(item.turn);
      }
      if (!answer.replies) {
        this.on.trouble(item, answer.error ?? "failed", answer.retry ?? true);
        if (answer.retry ?? true) {
          this.#items.slice(1).forEach((later) => this.on.waits(later));
          break;
        }
        this.#items.shift();
        continue;
      }
      this.#items.shift();
      this.on.done(item, answer.replies);
    }
    this.#busy = false;
    this.on.idle();
  }
}
