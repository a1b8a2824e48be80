// What was chosen on the map, and what can be done to it. What cannot be done is grey, and says why.

import { byId, element, keep, set, setText } from "./dom.js";

export class Chosen {
  constructor(order) {
    this.order = order;
    this.what = null;
  }

  choose(what) {
    this.what = what;
  }

  show(picture) {
    const { kind, name } = this.what ?? {};
    const found = (kind === "node" ? picture.nodes : picture.wires).find((each) => each.name === name);
    if (!found) return;
    setText(byId("chosen-title"), kind === "node" ? `${found.name}, ${found.kind}` : `Link ${found.ends.join(" – ")}`);
    const texts = kind === "node" ? [[found.title, found.meant].filter(Boolean).join(": "), ...found.lines, found.badge, found.bar?.words] : found.ways.map((way) => way.words);
    keep(byId("chosen-text"), texts.filter(Boolean).map((text, at) => ({ text, at })), ({ at }) => String(at), () => element("p"), (line, { text }) => setText(line, text));
    keep(byId("choices"), found.choices, (choice) => `${name} ${choice.what} ${choice.node} ${choice.other}`, () => this.make(), change);
  }

  make() {
    const button = element("button", { type: "button" });
    const why = element("span", { class: "why" });
    const row = element("div", { class: "choice" }, button, why);
    button.addEventListener("click", () => this.order(row.choice));
    return row;
  }
}

function change(row, choice) {
  const [button, why] = row.children;
  row.choice = choice;
  setText(button, choice.label);
  setText(why, choice.why_not);
  const id = `why ${choice.what} ${choice.node} ${choice.other}`.replace(/[^A-Za-z0-9]+/g, "-");
  set(why, { id });
  set(button, { "aria-disabled": choice.why_not ? "true" : null, "aria-describedby": choice.why_not ? id : null, "data-what": choice.what, "data-node": choice.node });
}
