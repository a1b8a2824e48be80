// The verdict with its proofs, that of the run as it was beside that of the run as you changed it; and before it, what you expect.

import { byId, element, setText } from "./dom.js";
import { seconds } from "./time.js";

export class Verdicts {
  /** `onReveal` is called once the verdict may be seen. */
  constructor(onReveal) {
    this.onReveal = onReveal;
    this.isOpen = true;
    this.expected = null;
  }

  show({ film, original, plan, past }) {
    this.now = { film, original, past, isChanged: plan.strikes.length > 0 || plan.turn !== null, story: plan.story };
    this.draw();
  }

  /** Asks first what will happen. */
  ask() {
    this.isOpen = false;
    this.expected = null;
  }

  /** Something else is played: what was expected was not of that. */
  open() {
    this.isOpen = true;
    this.expected = null;
  }

  reveal() {
    this.isOpen = true;
    this.draw();
    this.onReveal();
  }

  draw() {
    const { film, original, past, isChanged, story } = this.now;
    byId("predict").hidden = this.isOpen;
    byId("verdicts").hidden = !this.isOpen;
    if (!this.isOpen) return byId("predict").replaceChildren(this.question(film.verdict.proofs));
    const both = isChanged ? [["As it was", original], ["With what you did", film.verdict]] : [[story ? "With the scenario’s script" : "No faults", film.verdict]];
    byId("verdicts").replaceChildren(...this.score(film.verdict.proofs), ...both.map(([title, verdict]) => judged(title, verdict)));
    setText(byId("past"), past ? sharedPast(past) : "");
  }

  question(proofs) {
    const boxes = proofs.map(({ name }) => element("input", { type: "checkbox", name: "expected", value: name }));
    const done = element("button", { type: "button", id: "lock-in" }, "That is what I expect");
    const skip = element("button", { type: "button", id: "reveal" }, "Just show me");
    done.addEventListener("click", () => {
      this.expected = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      this.reveal();
    });
    skip.addEventListener("click", () => this.reveal());
    return element("fieldset", {}, element("legend", {}, "What will the checkers find?"), ...boxes.map((box) => element("label", {}, box, ` ${box.value}`)), element("div", { class: "fields" }, done, skip));
  }

  score(proofs) {
    if (!this.expected) return [];
    const right = proofs.filter(({ name, found }) => found !== null && found === this.expected.has(name)).length;
    const said = [...this.expected].join(", ") || "nothing";
    return [element("p", { class: "hint", id: "score" }, `You expected ${said}: right about ${right} of ${proofs.length}.`)];
  }
}

function sharedPast({ until_ms, events, digest, same }) {
  const span = `up to ${seconds(until_ms)}`;
  return same ? `Same past ${span}: ${events} events, alike byte for byte (${digest}).` : `The past ${span} is not the same; that is a defect of the lab.`;
}

function judged(title, { sentence, tone, proofs, problems }) {
  const shown = proofs.filter((proof) => proof.found || proof.found === null);
  const parts = shown.map((proof) => {
    const items = (proof.witnesses.length ? proof.witnesses : [proof.reason]).filter(Boolean).map((text) => element("li", {}, text));
    return element("details", {}, element("summary", {}, `Proof: ${proof.name}`), element("ul", {}, ...items));
  });
  return element("div", { class: `judged judged-${tone}` }, element("h3", {}, title), element("p", {}, sentence), ...problems.map((text) => element("p", { class: "hint" }, text)), ...parts);
}
