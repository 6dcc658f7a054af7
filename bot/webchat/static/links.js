// Turns web addresses, e-mail addresses and phone numbers of a reply into links.
// Everything is built as nodes: a reply can never bring HTML of its own.

const WEB = "https?://[^\\s<>\"]*[^\\s<>\".,;:!?)\\]']";
const MAIL = "[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+";
const PHONE = "(?<![\\d+])(?:\\+44 ?|0)\\d(?:[ -]?\\d){7,9}(?!\\d)";
// Short numbers are only numbers to call where the words say so.
const SHORT =
  "(?:(?<=\\b(?:call|phone|ring|dial|or|on) )(?:999|111|112|119)|116 123|0800 1111)(?!\\d)";
const LINK = new RegExp(`(${WEB})|(${MAIL})|(${PHONE}|${SHORT})`, "giu");

/** Appends `text` to `element`, with links where it names something to open or call. */
export function appendLinked(element, text) {
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const [match, web, mail] = found;
    element.append(text.slice(end, found.index));
    const link = document.createElement("a");
    link.textContent = match;
    if (web) {
      link.href = web;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    } else {
      link.href = mail ? `mailto:${mail}` : `tel:${match.replace(/[ -]/g, "")}`;
    }
    element.append(link);
    end = found.index + match.length;
  }
  element.append(text.slice(end));
}
