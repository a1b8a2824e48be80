// The load: two sliders, what came of it, what the checkers say, and the banners of what they found.

import { Banners } from "./banners.js";
import { byId, element, keep, set, setText } from "./dom.js";
import { sentence } from "./head.js";
import { post } from "./lab.js";

const SIGNS = { true: "✗", false: "✓", null: "…" };
const RATES = ["writes", "reads"];
const NO_LOAD = "No load runs, so there is nothing to judge: move a slider first.";
const WHY_CONCLUDE = byId("conclude-hint").textContent;

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
    this.banners = new Banners((name) => this.dismiss(name));
    this.offerTheEnd(false);
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
    this.tell(done ? `Load: ${text}.` : `The load was not changed. ${sentence(text)}`, !done);
  }

  async conclude() {
    if (byId("conclude").getAttribute("aria-disabled")) return this.tell(NO_LOAD, true);
    this.tell("Stopping the load; then everything is healed, and every replica read …");
    const { done, text } = await post("/conclude", {});
    this.tell(done ? `Done: ${text}.` : `Not done. ${sentence(text)}`, !done);
  }

  /** One of the keys that it writes at the moment; empty while it does not. */
  get firstKey() {
    return this.shown?.state === "running" ? this.shown.keys.split(" ")[0] : "";
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
    this.offerTheEnd(Boolean(shown.keys));
    keep(byId("checks"), shown.checks, (check) => check.name, () => element("li"), changeCheck);
    this.warn();
  }

  /** Grey, with the reason, while there is no load that could have an end. */
  offerTheEnd(isThere) {
    set(byId("conclude"), { "aria-disabled": isThere ? null : "true" });
    setText(byId("conclude-hint"), isThere ? WHY_CONCLUDE : NO_LOAD);
  }

  warn() {
    this.banners.show(this.shown.alarms.filter((alarm) => !this.dismissed.has(alarm.name)));
  }

  dismiss(name) {
    this.dismissed.add(name);
    this.warn();
    byId("load-title").focus({ preventScroll: true });
  }
}

function changeCheck(item, { found, words }) {
  item.className = found ? "is-bad" : "";
  setText(item, `${SIGNS[found]} ${words}`);
}
