// The chat page: the composer, the choices, and the way out.

import { Queue } from "./queue.js";
import * as view from "./view.js";

const WRITING_AFTER = 300; // milliseconds; a quick reply needs no "is writing"

const main = document.querySelector("main");
const composer = document.getElementById("composer");
const message = document.getElementById("message");
const tooLong = document.getElementById("too-long");
const leaves = document.querySelectorAll(".leave");
const tabs = "BroadcastChannel" in self ? new BroadcastChannel("chat") : null;
const LEFT = "chat-left";
const limit = Number(message.dataset.limit);
let writing;
let gone = false; // whether this page is being left quickly

const queue = new Queue({
  start(item) {
    main.dataset.busy = "true";
    if (item.article) view.clearTrouble(item.article);
    clearTimeout(writing);
    writing = setTimeout(() => view.showTyping(true), WRITING_AFTER);
  },
  done(item, replies) {
    stopWriting();
    if (replies.some((reply) => reply.leave)) {
      leaveNow();
      return;
    }
    if (item.article && !item.text) item.article.remove();
    view.showReplies(replies, choices);
  },
  trouble(item, error, retry) {
    stopWriting();
    item.article ??= view.showNothing();
    const gone = ["away", "slow", "failed", "offline"].includes(error);
    const words = view.words(gone && !item.text ? "hello_away" : error);
    view.showTrouble(item.article, words, retry ? () => queue.go() : null);
  },
  waits(item) {
    view.showTrouble(item.article, view.words("waiting"), null);
  },
  route(item, replies) {
    view.showReplies(replies, choices);
  },
  renewed() {
    view.showNote(view.words("renewed"));
  },
  idle() {
    main.dataset.busy = "false";
    stopWriting();
  },
});

const choices = {
  press(keyboard, index, title) {
    send({ type: "press", keyboard_id: keyboard, index }, title);
  },
  chosen(keyboard, indexes, titles) {
    send(
      { type: "chosen", keyboard_id: keyboard, indexes },
      titles.join(", ") || view.words("none_chosen"),
    );
  },
  share(button, article) {
    const title = button.textContent;
    button.disabled = true;
    button.textContent = view.words("finding");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.textContent = title;
        if (view.isPast(button)) return; // answered in another way meanwhile
        view.closeChoices(article);
        send(
          // Two decimals are about a kilometre: enough to find help nearby, and no more.
          {
            type: "location",
            latitude: Number(coords.latitude.toFixed(2)),
            longitude: Number(coords.longitude.toFixed(2)),
          },
          view.words("shared"),
        );
      },
      () => {
        button.textContent = title;
        if (view.isPast(button)) return;
        button.disabled = false;
        view.showTrouble(article, view.words("no_place"), null);
        article.classList.remove("unsent");
      },
      { timeout: 15_000, maximumAge: 600_000 },
    );
  },
};

function stopWriting() {
  clearTimeout(writing);
  view.showTyping(false);
}

function send(incoming, text) {
  queue.add(incoming, { text, article: view.showPatient(text) });
}

function grow() {
  message.style.height = "auto";
  message.style.height = `${message.scrollHeight + message.offsetHeight - message.clientHeight}px`;
}

function check() {
  const long = message.value.length > limit;
  const words = long ? view.words("long_message") : "";
  if (tooLong.textContent !== words) tooLong.textContent = words;
  message.setAttribute("aria-invalid", String(long));
  return !long;
}

message.addEventListener("input", () => {
  grow();
  check();
});

message.addEventListener("keydown", (event) => {
  // An Enter that ends the composing of a character (Japanese, Korean…) is not a send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = message.value.trim();
  if (!text || !check()) {
    message.focus();
    return;
  }
  message.value = "";
  grow();
  if (isExit(text)) {
    leaveNow(); // whatever the line or the server does
    return;
  }
  const ticked = view.ticked();
  send({ type: "text", text, ...(ticked && { ticked }) }, text);
});

/** The word of the quick exit alone, however it is written. */
function isExit(text) {
  const said = (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).join(" ");
  return JSON.parse(message.dataset.exit).includes(said);
}

/** Remembers on this device that it has left, until the server has forgotten it too. */
const left = {
  set() {
    try {
      localStorage.setItem(LEFT, "1");
    } catch {
      // Storage is off: the beacon alone has to do.
    }
  },
  get() {
    try {
      return localStorage.getItem(LEFT) !== null;
    } catch {
      return false;
    }
  },
  clear() {
    localStorage.removeItem(LEFT);
  },
};

function leaveNow() {
  // All that shows goes first: the next page may be slow to come.
  clear();
  left.set();
  tabs?.postMessage("left");
  navigator.sendBeacon("/chat/leave");
  location.replace(leaves[0].href);
}

function clear() {
  gone = true;
  view.clearLog();
  message.value = "";
  document.title = leaves[0].dataset.title;
  document.body.classList.add("left");
}

for (const way of leaves) {
  way.addEventListener("click", (event) => {
    event.preventDefault();
    leaveNow();
  });
}

// Other tabs show the same chat: they go too.
tabs?.addEventListener("message", () => {
  clear();
  location.replace(leaves[0].href);
});

addEventListener("beforeunload", (event) => {
  if (!gone && queue.waits) event.preventDefault(); // it would be lost
});

addEventListener("online", () => queue.go());
// A page taken back out of the browser's memory may be another visitor's: begin again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** Begins; where this device has left and the server may not know, it forgets first. */
async function begin() {
  while (left.get()) {
    try {
      const answer = await fetch("/chat/leave", { method: "POST" });
      if (answer.ok) {
        await fetch("/", { cache: "no-store" }); // a new visitor's cookie
        left.clear();
        break;
      }
    } catch {
      // Not there: nothing of the chat is shown until it is.
    }
    view.showNote(view.words("hello_away"));
    await new Promise((later) => setTimeout(later, 5000));
  }
  document.body.classList.add("started");
  message.disabled = composer.querySelector("button").disabled = false;
  queue.add({ type: "hello" });
}

begin();
