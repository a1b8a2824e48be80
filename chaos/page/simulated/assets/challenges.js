// Challenges: a cluster under load, a task, and what the checkers say of the answer.

import { byId, element, keep, setText } from "./dom.js";
import { post } from "./lab.js";

export class Challenges {
  /** `film` is called with the plan that is to be seen, and the anomaly at whose proof it is to stand, if any. */
  constructor(film) {
    Object.assign(this, { film, known: [], taken: null, tries: 0, said: "" });
    byId("challenge").addEventListener("change", () => this.take(byId("challenge").value));
    byId("solution").addEventListener("click", () => this.solve());
  }

  offer(challenges) {
    this.known = challenges;
    const options = [{ id: "", text: "none" }, ...challenges.map(({ id, title, family }) => ({ id, text: `${title} (${family})` }))];
    keep(byId("challenge"), options, ({ id }) => `c-${id}`, ({ id }) => element("option", { value: id }), (option, { text }) => setText(option, text));
  }

  take(id) {
    this.taken = this.known.find((each) => each.id === id) ?? null;
    this.tries = 0;
    byId("solution").disabled = !this.taken;
    setText(byId("task"), this.taken ? `${this.taken.task} (${this.taken.anomaly}: ${this.taken.means}.)` : "");
    this.show(null);
    if (this.taken) this.film(this.taken.plan);
  }

  /** Another run is looked at. */
  leave() {
    byId("challenge").value = "";
    this.taken = null;
    byId("solution").disabled = true;
    setText(byId("task"), "");
    this.show(null);
  }

  /** What the lab must know to judge that plan as an answer. */
  asked(plan) {
    if (!this.taken) return {};
    if (plan.strikes.length) this.tries += 1;
    return { challenge: this.taken.id, tries: Math.min(this.tries, 1000) };
  }

  /** What the checkers say of the answer, and the hint. */
  show(answer) {
    this.said = answer && this.tries ? [answer.sentence, answer.hint && `Hint: ${answer.hint}`].filter(Boolean).join(" ") : "";
    byId("answer").classList.toggle("is-solved", Boolean(answer?.solved));
    setText(byId("answer"), answer && this.tries ? [answer.sentence, ...answer.proof.witnesses.slice(0, 1), answer.hint && `Hint: ${answer.hint}`].filter(Boolean).join("\n") : "");
  }

  async solve() {
    const { done, plan, text } = await post("/solution", { challenge: this.taken.id });
    if (!done) return setText(byId("answer"), text);
    await this.film(plan, this.taken.anomaly);
    setText(byId("answer"), `${byId("answer").textContent}\n${text}`);
  }
}
