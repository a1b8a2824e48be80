// Banners: one line for each anomaly, its proof folded; the gravest first, then the newest. They have a place of their
// own and overlay what is below only where a reader unfolds one, so nothing moves under the mouse.

import { byId, element, keep, setText } from "./dom.js";

export class Banners {
  /** `dismiss` is called with the name of the banner that somebody put away; without it none can be. */
  constructor(dismiss = null) {
    Object.assign(this, { dismiss, root: byId("banners"), count: byId("banner-count"), order: [] });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.fold());
    addEventListener("resize", () => this.tally());
  }

  /** `alarms` in any order: what was not there before is the newest; the gravest have the lowest `rank`. */
  show(alarms) {
    const named = new Map(alarms.map((alarm) => [alarm.name, alarm]));
    const known = this.order.filter((name) => named.has(name));
    this.order = [...[...named.keys()].filter((name) => !known.includes(name)).reverse(), ...known];
    this.order.sort((one, other) => named.get(one).rank - named.get(other).rank); // those of one rank stay in order
    keep(this.root, this.order.map((name) => named.get(name)), (alarm) => alarm.name, (alarm) => this.make(alarm), change);
    this.tally();
  }

  make({ name }) {
    const found = element("div", { class: "found", tabindex: 0, role: "group", "aria-label": `Proof of ${name}` }, element("p", { class: "hint" }), element("p"), element("ol", { class: "proof" }));
    const folded = element("details", { name: "banner" }, element("summary", {}, element("h2")), found);
    const banner = element("section", { class: "banner", "data-anomaly": name }, folded);
    if (this.dismiss) {
      const away = element("button", { type: "button", "aria-label": `Dismiss ${name}` }, "Dismiss");
      away.addEventListener("click", () => this.dismiss(name));
      banner.append(away);
    }
    return banner;
  }

  /** Where more are there than one sees at once, it says so. */
  tally() {
    const isMore = this.root.scrollHeight > this.root.clientHeight + 4;
    setText(this.count, isMore ? `${this.order.length} findings, scroll ↕` : "");
  }

  fold() {
    for (const each of this.root.querySelectorAll("details[open]")) {
      const hasFocus = each.contains(document.activeElement);
      each.open = false;
      if (hasFocus) each.querySelector("summary").focus();
    }
  }
}

function change(banner, { title, meaning, proof, operations }) {
  const [what, [means, proven, listed]] = [banner.querySelector("h2"), banner.querySelector(".found").children];
  setText(what, title);
  setText(means, meaning);
  setText(proven, proof);
  keep(listed, operations.map((text, at) => ({ text, at })), ({ at }) => String(at), () => element("li"), (item, { text }) => setText(item, text));
}
