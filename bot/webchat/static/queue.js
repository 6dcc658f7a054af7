// Sends turns one after another and loses none: what could not be sent stays first in line.

const PATIENCE = 70_000; // milliseconds; the server itself gives up after 60 s
const AGAIN = 15_000; // milliseconds until what was answered but not kept is sent again

/** An id that names a turn for good, so that asking again never takes it twice. */
function newKey() {
  // randomUUID needs HTTPS or localhost; random values work everywhere.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Asks for one turn: `{replies}`, `{replies, retry: true}` where they are to be shown but the turn
 * was not kept, or `{error, retry}` where `error` names the words to show.
 */
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
 *
 * A risk gets its answer although it could not be kept. It stays in line and is sent again by
 * itself until staff have it; what comes after it is not held up, for it may be another.
 */
export class Queue {
  #items = [];
  #busy = false;
  #timer;

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
    clearTimeout(this.#timer);
    let unkept = 0; // items at the front that were answered, and wait to be kept
    while (unkept < this.#items.length) {
      const item = this.#items[unkept];
      if (!item.answered) this.on.start(item);
      let answer = await ask(item.turn);
      if (answer.error === "session") {
        // The cookie is missing or too old: loading the page gives a fresh one.
        await fetch("/", { cache: "no-store" }).catch(() => null);
        answer = await ask(item.turn);
      }
      const retry = answer.retry ?? !answer.replies;
      if (retry && (answer.replies || item.answered)) {
        if (!item.answered) this.on.done(item, answer.replies);
        item.answered = true;
        unkept += 1;
        continue;
      }
      if (!answer.replies) {
        if (!item.answered) this.on.trouble(item, answer.error ?? "failed", retry);
        if (retry) {
          this.#items.slice(unkept + 1).forEach((later) => this.on.waits(later));
          break;
        }
        this.#items.splice(unkept, 1);
        continue;
      }
      this.#items.splice(unkept, 1);
      this.on.done(item, answer.replies);
    }
    this.#busy = false;
    if (unkept) this.#timer = setTimeout(() => this.go(), AGAIN);
    this.on.idle();
  }
}
