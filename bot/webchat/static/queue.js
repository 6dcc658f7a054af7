// Sends turns one after another and loses none: what could not be sent stays first in line.

const PATIENCE = 70_000; // milliseconds; the server itself gives up after 60 s
const AGAIN = 15_000; // milliseconds until what could not be sent or kept is sent again

/** An id that names a turn for good, so that asking again never takes it twice. */
function newKey() {
  // randomUUID needs HTTPS or localhost; random values work everywhere.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A POST of JSON; throws an AbortError where nothing answers in time. */
async function post(path, body) {
  // AbortSignal.timeout is missing in browsers that are only a few years old.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: patience.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks for one turn: `{replies}`, `{replies, retry: true}` where they are to be shown but the turn
 * was not kept, or `{error, retry}` where `error` names the words to show.
 */
async function ask(turn) {
  let response;
  try {
    response = await post("/chat/turn", turn);
  } catch (error) {
    return { error: error.name === "AbortError" ? "slow" : "offline", retry: true };
  }
  try {
    return await response.json();
  } catch {
    return { error: "failed", retry: true };
  }
}

/** The route for a text that could not be sent, as replies: none where it tells of no risk, and
 *  null where it could not be looked at. */
async function routeFor(text) {
  try {
    return (await (await post("/chat/screen", { text })).json()).replies ?? null;
  } catch {
    return null;
  }
}

/**
 * The line of turns that wait.
 *
 * `on` is told what happens: `start(item)`, `done(item, replies)`, `trouble(item, error, retry)`,
 * `waits(item)` for an item behind one that failed, `route(item, replies)` for the answer to a risk
 * that could not be sent, `renewed()` where the chat is a new one, and `idle()` when nothing is
 * under way.
 *
 * A risk gets its answer although it could not be kept, or not even be sent: whatever stands before
 * it, each text that waits is screened. What waits is sent again by itself until it is kept.
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

  /** Whether anything has not been sent. */
  get waits() {
    return this.#items.some((item) => item.turn.incoming.type !== "hello");
  }

  /** Sends what waits, in order, until it is all sent or something fails. */
  async go() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    let unkept = 0; // items at the front that were answered, and wait to be kept
    let stuck = false;
    while (unkept < this.#items.length) {
      const item = this.#items[unkept];
      if (!item.answered) this.on.start(item);
      let answer = await ask(item.turn);
      if (answer.error === "session") {
        // The cookie is missing or too old: loading the page gives a fresh one.
        await fetch("/", { cache: "no-store" }).catch(() => null);
        answer = await ask(item.turn);
        if (answer.replies && item.turn.incoming.type !== "hello") this.on.renewed();
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
          stuck = true;
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
    if (unkept || stuck) this.#timer = setTimeout(() => this.go(), AGAIN);
    this.on.idle();
    if (stuck) await this.#screen();
  }

  /** Answers the risks among the texts that wait, each once. */
  async #screen() {
    for (const item of [...this.#items]) {
      const { type, text } = item.turn.incoming;
      if (type !== "text" || item.screened || item.answered) continue;
      item.screened = true;
      const replies = await routeFor(text);
      if (replies === null) item.screened = false; // looked at again with the next try
      if (replies?.length) this.on.route(item, replies);
    }
  }
}
