// Turns web addresses, e-mail addresses and phone numbers of a reply into links.
// Everything is built as nodes: a reply can never bring HTML of its own.
// No lookbehind: phones that stopped at iOS 16.3 cannot read it.

const WEB = "https?://[^\\s<>\"]*[^\\s<>\".,;:!?)\\]']";
const MAIL = "[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+";
const PHONE = "(?:\\+44 ?|0)\\d(?:[ -]?\\d){7,9}(?!\\d)";
// Short numbers are only numbers to call where the words say so.
const CALL = "\\b(?:call|phone|ring|dial|or|on) (?:NHS )?";
const SHORT = "(?:999|111|112|119)(?!\\d)";
const OWN = "(?:116 123|0800 1111)(?!\\d)";
const LINK = new RegExp(
  `(${WEB})|(${MAIL})|(^|[^\\d+])(${PHONE}|${OWN})|(${CALL})(${SHORT})`,
  "giu",
);

/** Appends `text` to `element`, with links where it names something to open or call. */
export function appendLinked(element, text) {
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    const [match, web, mail, before = "", phone, call = "", short] = found;
    const said = web ?? mail ?? phone ?? short;
    element.append(text.slice(end, found.index), before, call);
    const link = document.createElement("a");
    link.textContent = said;
    if (web) {
      link.href = web;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    } else {
      link.href = mail ? `mailto:${mail}` : `tel:${said.replace(/[ -]/g, "")}`;
    }
    element.append(link);
    end = found.index + match.length;
  }
  element.append(text.slice(end));
}
