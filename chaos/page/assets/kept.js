// What was done by hand, and saving it as a schedule that `./lab run --schedule` repeats.

import { byId, element, keep, set, setText } from "./dom.js";
import { post } from "./lab.js";

export class Kept {
  constructor() {
    this.hear({ words: [] });
    byId("save").addEventListener("click", () => this.save());
    byId("forget").addEventListener("click", () => this.order("/forget", {}));
  }

  hear({ words }) {
    keep(byId("kept"), words.map((text, at) => ({ text, at })), ({ at }) => String(at), () => element("li"), (item, { text }) => setText(item, text));
    if (words.length) this.say("", false);
    for (const id of ["save", "forget"]) set(byId(id), { "aria-disabled": words.length ? null : "true" });
  }

  save() {
    if (byId("save").getAttribute("aria-disabled")) return this.say("Nothing was done by hand on this page yet.", true);
    this.order("/save", { name: byId("kept-name").value });
  }

  async order(path, body) {
    const { done, text } = await post(path, body);
    this.say(done ? `Done: ${text}` : `Not done: ${text}`, !done);
  }

  say(text, isBad) {
    setText(byId("saved"), text);
    byId("saved").classList.toggle("is-bad", isBad);
  }
}
