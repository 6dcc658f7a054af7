// Draws the log: what the patient said, what WISE Companion says, choices and troubles.

import { appendLinked } from "./links.js";

const log = document.getElementById("log");
const composer = document.getElementById("composer");
const heads = [document.querySelector(".top"), document.querySelector(".bar")];
const GAP = 14; // pixels of air above what is revealed
const viewer = document.getElementById("viewer");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let ids = 0;

/** The fixed words of that name, from the page's template. */
export function words(name) {
  return document.querySelector(`template[data-words="${name}"]`).content.textContent.trim();
}

function copy(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function button(title, onPress) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "choice";
  made.textContent = title;
  made.addEventListener("click", onPress);
  return made;
}

/** Shows what the patient sent; returns the article, for `showTrouble`. */
export function showPatient(text) {
  const article = copy("from-patient");
  article.querySelector(".bubble").textContent = text;
  log.append(article);
  toBottom();
  return article;
}

/** Shows or changes the trouble of a message; `again` is null where asking again is no use. */
export function showTrouble(article, text, again) {
  clearTrouble(article);
  const trouble = copy("trouble");
  trouble.querySelector("p").textContent = text;
  const retry = trouble.querySelector("button");
  if (again) {
    retry.addEventListener("click", () => {
      composer.querySelector("textarea").focus({ preventScroll: true }); // the button goes
      again();
    });
  } else retry.remove();
  article.classList.add("unsent");
  article.append(trouble);
  toBottom();
}

/** Takes a message's trouble away. */
export function clearTrouble(article) {
  article.classList.remove("unsent");
  article.querySelector(".trouble")?.remove();
}

/** An article with nothing but a trouble to show, for a turn that has no words of its own. */
export function showNothing() {
  const article = document.createElement("article");
  article.className = "said";
  log.append(article);
  return article;
}

/**
 * Shows the replies of one turn. `on.press(keyboard, index, title)`, `on.chosen(keyboard,
 * indexes, titles)` and `on.share(button)` are told what the patient does.
 */
export function showReplies(replies, on) {
  if (replies.some((reply) => reply.keyboard_id)) closeChoices(log);
  const articles = replies.map((reply) => showReply(reply, on));
  if (articles.length) reveal(articles[0]);
}

function showReply(reply, on) {
  const article = copy("from-companion");
  const bubble = article.querySelector(".bubble");
  const textId = `said-${++ids}`;
  if (reply.map_id) bubble.append(picture(reply));
  if (reply.text) {
    const text = document.createElement("div");
    text.className = "text";
    text.id = textId;
    appendLinked(text, reply.text);
    bubble.append(text);
  }
  if (reply.copy) bubble.append(files());
  if (reply.file) bubble.append(paper(reply.file));
  if (reply.pin) bubble.append(onMap(reply.pin));
  const choices = [];
  if (reply.toggles.length) choices.push(toggles(reply, textId, on, article));
  if (reply.buttons.length) choices.push(buttons(reply, textId, on, article));
  if (reply.ask_location && navigator.geolocation && isSecureContext) {
    const share = group(textId);
    share.append(button(words("share"), (event) => on.share(event.currentTarget, article)));
    choices.push(share);
  }
  article.append(...choices);
  log.append(article);
  return article;
}

/** A group of choices that answers the message with that id. */
function group(labelledBy) {
  const made = document.createElement("div");
  made.className = "choices";
  made.setAttribute("role", "group");
  made.setAttribute("aria-labelledby", labelledBy);
  return made;
}

function buttons(reply, textId, on, article) {
  const choices = group(textId);
  reply.buttons.forEach((title, index) => {
    choices.append(
      button(title, (event) => {
        if (isPast(event.currentTarget)) return;
        event.currentTarget.classList.add("chosen");
        closeChoices(article);
        on.press(reply.keyboard_id, index, title);
      }),
    );
  });
  return choices;
}

function toggles(reply, textId, on, article) {
  const form = document.createElement("form");
  form.className = "choices toggles";
  form.dataset.keyboard = reply.keyboard_id;
  const set = document.createElement("fieldset");
  set.setAttribute("aria-labelledby", textId);
  const boxes = reply.toggles.map((toggle) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = toggle.on;
    const title = document.createElement("span");
    title.textContent = toggle.title;
    label.append(box, title);
    set.append(label);
    return box;
  });
  const done = button(reply.done || words("done"), () => {});
  done.type = "submit";
  done.classList.add("done");
  form.append(set, done);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isPast(form)) return;
    const indexes = boxes.flatMap((box, index) => (box.checked ? [index] : []));
    closeChoices(article);
    on.chosen(
      reply.keyboard_id,
      indexes,
      indexes.map((index) => reply.toggles[index].title),
    );
  });
  return form;
}

/** The person's copy of their data: a page to read, and a file for a computer. */
function files() {
  const list = document.createElement("ul");
  for (const [kind, word] of [["html", "copy_page"], ["json", "copy_json"]]) {
    const link = document.createElement("a");
    link.href = `/chat/copy.${kind}`;
    link.textContent = words(word);
    if (kind === "html") link.target = "_blank";
    else link.download = "";
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  return list;
}

/** A paper of the person's, to save: their plan for a calendar, or their map to print. */
function paper(name) {
  const link = document.createElement("a");
  link.href = `/chat/paper/${encodeURIComponent(name)}`;
  link.download = name;
  link.textContent = words(name.endsWith(".ics") ? "save_calendar" : "save_page");
  return link;
}

/** A place, to open on a map. It is asked for by a press only, so nothing is told to the map's
 *  owner before. */
function onMap(pin) {
  const link = document.createElement("a");
  const { lat, lon } = pin;
  link.href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=17/${lat}/${lon}`;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = words("on_map");
  return link;
}

function picture(reply) {
  const figure = copy("picture");
  const image = figure.querySelector("img");
  const bigger = figure.querySelector("button");
  const lost = figure.querySelector(".lost");
  const address = `/chat/map/${encodeURIComponent(reply.map_id)}`;
  // The words below it say the same, and can be read line by line.
  image.alt = words("picture_alt");
  image.addEventListener("load", () => reveal(figure.closest("article")));
  image.addEventListener("error", () => {
    image.remove();
    bigger.remove();
    lost.hidden = false;
  });
  image.src = `${address}.svg`;
  if (!viewer.showModal) bigger.remove(); // Safari before 15.4
  bigger.addEventListener("click", () => {
    const large = document.createElement("img");
    large.src = image.src;
    large.alt = image.alt;
    const scroll = viewer.querySelector(".scroll");
    scroll.replaceChildren(large);
    viewer.showModal();
    const toMiddle = () =>
      scroll.scrollTo(
        (scroll.scrollWidth - scroll.clientWidth) / 2,
        (scroll.scrollHeight - scroll.clientHeight) / 2,
      );
    if (large.complete) toMiddle();
    large.addEventListener("load", toMiddle);
  });
  return figure;
}

/** Makes every choice below `part` one that has been made or has passed. */
export function closeChoices(part) {
  for (const choices of part.querySelectorAll(".choices")) choices.dataset.past = "true";
  for (const choice of part.querySelectorAll(".choices button, .choices input")) {
    // What has the focus keeps it, or a screen reader is thrown back to the top of the page.
    if (choice === document.activeElement) choice.setAttribute("aria-disabled", "true");
    else choice.disabled = true;
  }
}

/** Whether the question of a choice has been answered or overtaken. */
export function isPast(choice) {
  return choice.closest(".choices").dataset.past === "true";
}

/** The ticks of the question that is open, as they stand; null where none is. */
export function ticked() {
  const open = [...log.querySelectorAll("form.toggles")].find((form) => !isPast(form));
  if (!open) return null;
  const boxes = [...open.querySelectorAll("input")];
  return {
    keyboard_id: open.dataset.keyboard,
    indexes: boxes.flatMap((box, index) => (box.checked ? [index] : [])),
  };
}

/** A line between the messages, of the page itself. */
export function showNote(text) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = text;
  if (log.lastElementChild?.textContent !== text) log.append(note);
  toBottom();
}

/** Shows or hides "is writing"; put in only when needed, so that it is read out. */
export function showTyping(on) {
  const typing = document.getElementById("typing");
  typing.classList.toggle("on", on);
  typing.textContent = on ? words("writing") : "";
  if (on) toBottom();
}

/** Empties the log. */
export function clearLog() {
  log.replaceChildren();
  if (viewer.open) viewer.close();
  viewer.querySelector(".scroll").replaceChildren();
}

function behavior() {
  return calm.matches ? "auto" : "smooth";
}

function toBottom() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: behavior() });
}

/** Scrolls to the end, but never past the beginning of what is new. */
function reveal(article) {
  if (!log.querySelector(".patient")) return; // the welcome is read from its beginning
  const { top, bottom } = covered();
  const start = article.getBoundingClientRect().top;
  const room = innerHeight - top - bottom;
  if (log.getBoundingClientRect().bottom - start <= room) toBottom();
  else if (start < top || start > top + room / 3) scrollTo({ top: scrollY + start - top - GAP, behavior: behavior() });
}

/** Pixels at the top and the bottom of the window that stay in front of the log. */
function covered() {
  const stuck = (element) =>
    getComputedStyle(element).position === "sticky" ? element.offsetHeight : 0;
  return { top: Math.max(...heads.map(stuck)), bottom: stuck(composer) };
}

/** Keeps what gets the focus from scrolling behind the header or the composer. */
function fit() {
  const { top, bottom } = covered();
  document.documentElement.style.scrollPadding = `${top + GAP}px 0 ${bottom + GAP}px`;
}

const sizes = new ResizeObserver(fit);
[...heads, composer, document.documentElement].forEach((element) => sizes.observe(element));
