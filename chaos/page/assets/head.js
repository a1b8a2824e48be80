// The head of both pages: who may accept writes, what is wrong, and what came of the reader's last order.

import { byId, setText } from "./dom.js";

export function tell(text, isBad = false) {
  say("told", text, isBad);
}

export function showHead({ headline, alarm, because, wrong }) {
  say("headline", headline, alarm);
  setText(byId("because"), because);
  say("wrong", wrong.join(", ") || "Everything is healthy.", wrong.length > 0);
}

/** As it stands after a full stop; a node's name stays as it is. */
export function sentence(text) {
  return /^[a-z]+\d/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function say(id, text, isBad) {
  setText(byId(id), text);
  byId(id).classList.toggle("is-bad", isBad);
}
