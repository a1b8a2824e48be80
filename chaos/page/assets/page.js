// The page: a stream of pictures and log lines in, orders out.

import { Chosen } from "./chosen.js";
import { byId, element, keep, set, setText } from "./dom.js";
import { sentence, showHead, tell } from "./head.js";
import { Kept } from "./kept.js";
import { post } from "./lab.js";
import { Load } from "./load.js";
import { Log } from "./log.js";
import { ClusterMap } from "./map.js";
import { Runs } from "./runs.js";
import { Traffic } from "./traffic.js";

const MOST_ANSWERS = 30;
const NO_ANSWER = "The lab does not answer; is it still running?";
const log = new Log();
const chosen = new Chosen(order);
const map = new ClusterMap(byId("map"), (what) => {
  chosen.choose(what);
  if (!underWay && byId("told").textContent !== NO_ANSWER) tell(""); // what was said of something else
  show();
});
const traffic = new Traffic(map);
const load = new Load(tell);
const beside = { load: { hear: hearLoad }, deeds: new Kept(), run: new Runs(), traffic }; // who hears which events of the stream
const HELD = byId("key-hint").textContent;
let picture = null;
let values = {};
let isOwnKey = false; // the reader has typed one, or asked for it; else a load shows one of its own
let watched = byId("key").value;
let underWay = 0;
let lost = false;

async function order(choice) {
  if (choice.why_not) return tell(choice.why_not, true);
  underWay += 1;
  document.body.classList.add("is-busy");
  tell(`${choice.label}: under way …`);
  const { done, text } = await post("/order", { what: choice.what, node: choice.node, other: choice.other });
  underWay -= 1;
  document.body.classList.toggle("is-busy", underWay > 0);
  tell(done ? `Done: ${text}` : `${choice.label}: not done. ${sentence(text)}`, !done);
}

async function request(f) {
  const asked = { f, at: byId("at").value, key: byId("key").value, value: f === "write" ? byId("value").value : "" };
  if (f === "write" && byId("write").getAttribute("aria-disabled")) return tell(byId("at-hint").textContent, true);
  isOwnKey = true;
  watch();
  const item = element("li", {}, element("b", {}, `${f} ${asked.key} at ${asked.at} `), element("span", {}, "…"));
  byId("answers").prepend(item);
  while (byId("answers").children.length > MOST_ANSWERS) byId("answers").lastElementChild.remove();
  const { done, text } = await post("/request", asked);
  item.classList.toggle("is-bad", !done);
  setText(item.lastElementChild, text);
  tell(`${item.firstElementChild.textContent.trim()}: ${text}`, !done); // the list may be below what one sees
}

function show() {
  if (!picture) return;
  showHead(picture);
  setText(byId("settings"), `${picture.name} on ${picture.runtime}: ${[picture.family, picture.settings].filter(Boolean).join(", ")}`);
  map.show(picture, chosen.what, values[watched] ?? {}, watched === byId("key").value ? watched : `${watched.split("-").at(-1)} of the load`);
  traffic.place(picture);
  chosen.show(picture);
  offerDoors();
  for (const id of ["heal", "write", "read"]) byId(id).disabled = false; // now it is known where
}

function offerDoors() {
  const own = picture.replicas.filter((name) => !picture.doors.includes(name));
  const all = [...picture.doors.map((name) => ({ name, text: `${name} (as a client)` })), ...own.map((name) => ({ name, text: `${name}’s own copy` }))];
  keep(byId("at"), all, ({ name }) => name, ({ name }) => element("option", { value: name }), (option, { text }) => setText(option, text));
  const isCopy = own.includes(byId("at").value);
  set(byId("write"), { "aria-disabled": isCopy ? "true" : null });
  setText(byId("at-hint"), isCopy ? "Clients write at a gateway or a device; a replica’s own copy can be read." : "");
}

function arrive(shown) {
  document.body.classList.toggle("is-gone", "gone" in shown);
  if ("gone" in shown) {
    setText(byId("headline"), "No cluster is up.");
    byId("headline").classList.add("is-bad");
    setText(byId("wrong"), shown.gone);
    return;
  }
  if (picture && picture.name !== shown.picture.name) log.clear();
  picture = shown.picture;
  values = shown.values;
  show();
}

byId("heal").addEventListener("click", () => order({ what: "heal", node: "", other: "", label: "Heal and restart everything" }));
for (const f of ["write", "read"]) byId(f).addEventListener("click", () => request(f));
byId("at").addEventListener("change", () => picture && offerDoors());

// A browser gives a server six connections in all, so a page that nobody sees lets go of its stream.
let stream = null;

function listen() {
  stream = new EventSource(`/stream?key=${encodeURIComponent(watched)}`);
  stream.addEventListener("picture", (event) => arrive(JSON.parse(event.data)));
  stream.addEventListener("lines", (event) => log.add(JSON.parse(event.data)));
  for (const [name, who] of Object.entries(beside)) stream.addEventListener(name, (event) => who.hear(JSON.parse(event.data)));
  stream.onopen = () => {
    log.clear();
    if (lost) tell("");
    lost = false;
  };
  stream.onerror = () => {
    lost = true;
    document.body.classList.add("is-gone");
    tell(NO_ANSWER, true);
  };
}

function hearLoad(shown) {
  load.hear(shown);
  watch();
}

/** The nodes are to show another key: ask for it. */
function watch() {
  const ofLoad = isOwnKey ? "" : load.firstKey;
  setText(byId("key-hint"), ofLoad ? `The load’s key ${ofLoad} stands below each replica’s box; type one to see it instead.` : HELD);
  const wanted = ofLoad || byId("key").value;
  if (watched === wanted) return;
  watched = wanted;
  if (!stream) return;
  stream.close();
  listen();
}

function see() {
  const isSeen = document.visibilityState === "visible";
  if (isSeen && !stream) listen();
  if (!isSeen && stream) {
    stream.close();
    stream = null;
  }
}

byId("key").addEventListener("change", () => {
  isOwnKey = true;
  watch();
});
document.addEventListener("visibilitychange", see);
see();
