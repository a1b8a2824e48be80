// The load: two sliders, what came of it, what the checkers say, and a banner for each anomaly with its proof.

import { byId, element, keep, set, setText } from "./dom.js";
import { post } from "./lab.js";

const SIGNS = { true: "✗", false: "✓", null: "…" };
const RATES = ["writes", "reads"];

export class Load {
  constructor(tell) {
    // `rates` are those that the lab has, as far as the page knows; `busy` counts orders under way.
    Object.assign(this, { tell, shown: null, held: false, busy: 0, rates: {}, dismissed: new Set(), turn: Promise.resolve() });
    for (const what of RATES) {
      const slider = this.slider(what);
      slider.addEventListener("input", () => {
        this.held = true;
        this.say(what);
      });
      slider.addEventListener("change", () => {
        this.turn = this.turn.then(() => this.send()); // one after the other, so that the last one counts
      });
    }
    byId("conclude").addEventListener("click", () => this.conclude());
    byId("load-title").tabIndex = -1; // where the focus goes when the banner that had it is gone
  }

  slider(what) {
    return byId(`${what}-per-s`);
  }

  say(what) {
    setText(byId(`${what}-output`), this.slider(what).value);
  }

  async send() {
    const wanted = Object.fromEntries(RATES.map((what) => [`${what}_per_s`, Number(this.slider(what).value)]));
    this.held = false;
    this.busy += 1;
    this.tell("The load is changed …");
    const { done, text } = await post("/load", wanted);
    this.busy -= 1;
    if (done) this.rates = wanted;
    this.follow();
    this.tell(done ? `Load: ${text}.` : `The load was not changed. ${text}`, !done);
  }

  async conclude() {
    if (byId("conclude").getAttribute("aria-disabled")) return this.tell("There is no load to end: move a slider first.", true);
    this.tell("Stopping the load; then everything is healed, and every replica read …");
    const { done, text } = await post("/conclude", {});
    this.tell(done ? `Done: ${text}.` : `Not done. ${text}`, !done);
  }

  /** Moves the sliders to what is so, unless somebody is about to move one, or an order is under way. */
  follow() {
    if (this.held || this.busy) return;
    for (const what of RATES) {
      this.slider(what).value = String(this.rates[`${what}_per_s`] ?? 0);
      this.say(what);
    }
  }

  hear(shown) {
    if (shown.number !== this.shown?.number) this.dismissed.clear();
    this.shown = shown;
    this.rates = shown;
    this.follow();
    setText(byId("load-words"), shown.words);
    setText(byId("load-keys"), shown.keys ? `On the keys ${shown.keys}.` : "");
    set(byId("conclude"), { "aria-disabled": shown.keys ? null : "true" });
    keep(byId("checks"), shown.checks, (check) => check.name, () => element("li"), changeCheck);
    this.warn();
  }

  warn() {
    const alarms = this.shown.alarms.filter((alarm) => !this.dismissed.has(alarm.name));
    keep(byId("banners"), alarms, (alarm) => alarm.name, (alarm) => this.banner(alarm), (banner, { title }) => setText(banner.querySelector("h2"), title));
  }

  banner({ name, meaning, proof, operations }) {
    const away = element("button", { type: "button", "aria-label": `Dismiss ${name}` }, "Dismiss");
    away.addEventListener("click", () => {
      this.dismissed.add(name);
      this.warn();
      byId("load-title").focus();
    });
    const listed = element("ol", { class: "proof" }, ...operations.map((text) => element("li", {}, text)));
    return element("section", { class: "banner", "data-anomaly": name }, element("h2"), away, element("p", { class: "hint" }, meaning), element("p", {}, proof), listed);
  }
}

function changeCheck(item, { found, words }) {
  item.className = found ? "is-bad" : "";
  setText(item, `${SIGNS[found]} ${words}`);
}
