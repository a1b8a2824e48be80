// The page of simulated runs: a film in, orders at a moment out, and another film in.

import { Banners } from "./banners.js";
import { Challenges } from "./challenges.js";
import { Chosen } from "./chosen.js";
import { byId, element, keep, setText } from "./dom.js";
import { Flights } from "./flights.js";
import { showHead, tell } from "./head.js";
import { post } from "./lab.js";
import { Log } from "./log.js";
import { ClusterMap } from "./map.js";
import { Moments } from "./moments.js";
import { seconds, Time } from "./time.js";
import { Verdicts } from "./verdicts.js";

const LINGER_MS = 350; // of the reader's own time; so long a message flies at least
const SEEN_MS = 30; // after a strike one wants to see that it struck
const NEWEST = "";
const MOST_LINES = 400;

const log = new Log((time_s) => `${time_s.toFixed(3)} s`);
const chosen = new Chosen((choice) => strike(choice));
const map = new ClusterMap(byId("map"), (what) => {
  chosen.choose(what);
  if (!document.body.classList.contains("is-busy")) tell(""); // what was said of something else
  draw(true);
});
const flights = new Flights(map);
const banners = new Banners();
const verdicts = new Verdicts(() => marks());
const time = new Time(() => draw());
const challenges = new Challenges((wanted, proof) => {
  verdicts.open();
  return film(wanted, 0, proof);
});
let plan = null, moments = null, shown = null, choosable = null;

/** What is to be seen at the reader's moment. `anew` where something else was chosen. */
function draw(anew = false) {
  if (!moments) return;
  const at = time.at, frame = moments.frameAt(at), held = moments.heldUntil(at);
  const key = byId("key").value === NEWEST ? moments.newestKey(held) : byId("key").value;
  const now = { frame, held, key, moments };
  if (anew || !shown || ["frame", "held", "key", "moments"].some((name) => shown[name] !== now[name])) {
    const picture = moments.picture(frame);
    showHead(picture);
    map.show(picture, chosen.what, moments.values(key, held), key);
    chosen.show(picture);
    flights.place(picture);
    shown = { ...now, lines: shown?.moments === moments ? shown.lines : -1 };
  }
  flights.show(moments.flying(at, LINGER_MS * time.speed));
  say(at);
  banner(at);
}

/** The log up to that moment; going back takes lines away again. */
function say(at) {
  const count = moments.linesUntil(at);
  if (shown.lines === count) return;
  const known = shown.lines >= 0 && shown.lines < count ? shown.lines : 0;
  if (!known) log.clear();
  log.add(moments.lines.slice(Math.max(known, count - MOST_LINES), count));
  shown.lines = count;
}

function banner(at) {
  const proven = verdicts.isOpen || time.isPlaying ? moments.film.happenings.findLast((each) => each.kind === "anomaly" && each.at_ms <= at + 0.001) : null;
  banners.show(proven ? [announced(proven)] : []);
}

/** `stale-read: Process 9 asked …` as a banner: what it is, and folded, its proof. */
function announced({ text }) {
  const name = text.split(": ", 1)[0];
  return { name, title: `${name}, proven at this moment`, meaning: "", proof: text.slice(name.length + 2), operations: [], rank: 0 };
}

/** What one can stop at; what the checkers found only once it may be known. */
function marks() {
  time.mark(moments.film.happenings.filter((each) => verdicts.isOpen || each.kind !== "anomaly"));
  time.go(time.at);
}

/** Shows what the lab has filmed. */
function load(answer, at) {
  plan = answer.plan;
  moments = new Moments(answer.film);
  setText(byId("settings"), `${plan.scenario}:${plan.variant}, seed ${plan.seed}: ${[answer.film.family, answer.film.settings].filter(Boolean).join(", ")}`);
  offerKeys();
  verdicts.show(answer);
  time.load(answer.film.ends_ms, answer.film.stopped_ms, at);
  marks();
  listStrikes(answer.film.struck);
  challenges.show(answer.answer);
  if (choosable) showChoice();
  byId("forget").disabled = !plan.strikes.length && !plan.turn;
}

/** Has the run made, and goes to the moment `at`, or to where that anomaly is proven. */
async function film(wanted, at, proof = "") {
  time.pause();
  document.body.classList.add("is-busy");
  tell("Making the run …");
  const answer = await post("/film", { plan: wanted, ...challenges.asked(wanted) });
  document.body.classList.remove("is-busy");
  if (!answer.done) return tell(answer.text, true);
  load(answer, answer.film.happenings.find(({ kind, text }) => proof && kind === "anomaly" && text.startsWith(`${proof}: `))?.at_ms ?? at);
  const last = answer.film.struck.at(-1);
  const done = last && (last.done ? `Done: ${last.text}` : `Not done: ${last.text}`);
  tell([done, challenges.said].filter(Boolean).join("\n"), Boolean(last && !last.done)); // wherever one is on the page
  return answer;
}

/** The same past, and from this moment on something else. */
function fork(change) {
  const at = Math.ceil(time.at); // what is to be seen has happened
  if (at >= moments.film.stopped_ms) return tell(`At ${seconds(at)} clients have stopped, and everything is being healed. Go back to a moment before ${seconds(moments.film.stopped_ms)}.`, true);
  verdicts.open();
  const strikes = plan.strikes.filter((each) => each.at_ms <= at);
  const turn = plan.turn && plan.turn.at_ms <= at ? plan.turn : null;
  return film({ ...plan, strikes, turn, ...change(at, strikes) }, at + SEEN_MS);
}

function strike(choice) {
  if (choice.why_not) return tell(choice.why_not, true);
  const order = { what: choice.what, node: choice.node, other: choice.other };
  return fork((at, strikes) => ({ strikes: [...strikes, { at_ms: at, order }] }));
}

function listStrikes(struck) {
  const items = struck.map(({ at_ms, done, text }, number) => ({ number, at_ms, text: `${seconds(at_ms)}: ${done ? "" : "not done: "}${text}` }));
  if (plan.turn) items.push({ number: -1, at_ms: plan.turn.at_ms, text: `${seconds(plan.turn.at_ms)}: from here on seed ${plan.turn.seed}` });
  if (!items.length) items.push({ number: -2, text: plan.story ? "Nothing yet: the only faults are those of the scenario’s script." : "Nothing yet." });
  keep(byId("strikes"), items, ({ number, text }) => `${number} ${text}`, () => element("li"), (item, { text }) => setText(item, text));
}

function offerKeys() {
  const keys = [{ value: NEWEST, text: "that was written last" }, ...moments.keys.map((key) => ({ value: key, text: key }))];
  keep(byId("key"), keys, ({ value }) => value, ({ value }) => element("option", { value }), (option, { text }) => setText(option, text));
}

function offerVariants() {
  const { variants, title } = choosable.scenarios.find(({ id }) => id === byId("scenario").value);
  keep(byId("variant"), variants, ({ name }) => name, ({ name }) => element("option", { value: name }), (option, { name }) => setText(option, name));
  setText(byId("about"), title);
}

function showChoice() {
  byId("scenario").value = plan.scenario;
  offerVariants();
  byId("variant").value = plan.variant;
  byId("seed").value = plan.seed;
  byId("story").checked = plan.story;
}

async function begin() {
  const [first, offered] = await Promise.all(["/film", "/choosable"].map(async (path) => (await fetch(path)).json()));
  choosable = offered;
  keep(byId("scenario"), offered.scenarios, ({ id }) => id, ({ id }) => element("option", { value: id }), (option, { id }) => setText(option, id));
  challenges.offer(offered.challenges);
  if (!first.done) return tell(first.text ?? first.message, true);
  verdicts.ask();
  load(first, 0);
}

byId("scenario").addEventListener("change", offerVariants);
byId("choose").addEventListener("submit", (event) => {
  event.preventDefault();
  challenges.leave();
  verdicts.ask();
  const seed = Math.min(Math.max(0, Math.floor(Number(byId("seed").value)) || 0), 4294967295);
  film({ scenario: byId("scenario").value, variant: byId("variant").value, seed, story: byId("story").checked, strikes: [], turn: null }, 0);
});
byId("key").addEventListener("change", () => draw(true));
byId("heal").addEventListener("click", () => strike({ what: "heal", node: "", other: "", why_not: "" }));
byId("turn").addEventListener("click", () => fork((at) => ({ turn: { at_ms: at, seed: Math.floor(Math.random() * 4294967295) } })));
byId("forget").addEventListener("click", () => film({ ...plan, strikes: [], turn: null }, time.at));
begin().catch((error) => tell(`The lab does not answer (${error.message}); is it still running?`, true));
