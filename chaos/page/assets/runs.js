// Runs of scenarios: which to start, what the run tells, and a link to its report.

import { byId, element, keep, set, setText } from "./dom.js";
import { post } from "./lab.js";

const MARKS = { "⚡": "run-fault", "·": "run-node" };

export class Runs {
  constructor() {
    Object.assign(this, { scenarios: null, shown: null });
    byId("runs").addEventListener("toggle", () => this.load());
    byId("run-scenario").addEventListener("change", () => this.offerVariants());
    byId("run-variant").addEventListener("change", () => this.offerRuntimes());
    byId("run-start").addEventListener("click", () => this.start());
    byId("run-stop").addEventListener("click", () => this.stop());
  }

  /** The list is long to make, so nobody asks for it before somebody wants to see it. */
  async load() {
    if (this.scenarios || !byId("runs").open) return;
    setText(byId("run-title"), "Looking for scenarios …");
    try {
      this.scenarios = await (await fetch("/scenarios")).json();
    } catch (error) {
      return setText(byId("run-title"), `The lab does not answer (${error.message}).`);
    }
    offer("run-scenario", this.scenarios.map(({ id }) => [id, id]));
    byId("run-start").disabled = false;
    this.offerVariants();
  }

  scenario() {
    return this.scenarios.find(({ id }) => id === byId("run-scenario").value);
  }

  offerVariants() {
    const { title, variants } = this.scenario();
    setText(byId("run-title"), title);
    offer("run-variant", variants.map(({ name, kind }) => [name, `${name} (${kind})`]));
    this.offerRuntimes();
  }

  offerRuntimes() {
    const variant = this.scenario().variants.find(({ name }) => name === byId("run-variant").value);
    offer("run-on", variant.runtimes.map((name) => [name, name]));
  }

  async start() {
    const { done, text } = await post("/run", { name: `${byId("run-scenario").value}:${byId("run-variant").value}`, on: byId("run-on").value });
    if (!done) this.say(`Not started: ${text}`, true);
  }

  async stop() {
    if (byId("run-stop").getAttribute("aria-disabled")) return this.say("No run is under way.", true);
    this.say("Stopping: its faults are healed first …");
    const { done, text } = await post("/stop", {});
    this.say(text, !done);
  }

  say(text, isBad = false) {
    setText(byId("run-state"), text);
    byId("run-state").classList.toggle("is-bad", isBad);
  }

  hear(shown) {
    const isNew = shown.number !== this.shown?.number;
    if (isNew) byId("run-lines").replaceChildren();
    this.shown = shown;
    this.say(shown.state);
    set(byId("run-stop"), { "aria-disabled": shown.running ? null : "true" });
    const list = byId("run-lines");
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    keep(list, shown.lines.map((text, at) => ({ text, at })), ({ at }) => String(at), () => element("li"), changeLine);
    if (isAtEnd || isNew) list.scrollTop = list.scrollHeight;
    const link = byId("run-report");
    link.hidden = !shown.report;
    set(link, { href: shown.report || null });
  }
}

function changeLine(item, { text }) {
  setText(item, text);
  item.className = MARKS[text.match(/ s ([⚡·]) /)?.[1]] ?? "";
}

function offer(id, pairs) {
  const select = byId(id), before = select.value;
  select.replaceChildren(...pairs.map(([value, text]) => element("option", { value }, text)));
  if (pairs.some(([value]) => value === before)) select.value = before;
}
