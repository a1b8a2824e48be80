// The page of one person. What is typed goes to the person's device as splices; what the device shows comes
// back by server-sent events, and `merging.js` says what becomes of what was typed meanwhile.
"use strict";

const me = document.body.dataset.me;
const box = document.getElementById("mine");
const way = document.getElementById("way");
const release = document.getElementById("release");
const told = document.getElementById("told");
let base = { version: -1, text: [] }; // what the device was known to show
let flight = null; // the text that is being sent
let newer = null; // what came meanwhile
let notice = ""; // what the lab said last of what happened to the text

function show(text) {
  const before = characters(box.value), joined = text.join("");
  if (box.value === joined) return;
  const change = difference(before, text);
  const place = (units) => moved(characters(box.value.slice(0, units)).length, change);
  const [start, end] = [place(box.selectionStart), place(box.selectionEnd)];
  box.value = joined;
  if (document.activeElement === box) {
    box.setSelectionRange(text.slice(0, start).join("").length, text.slice(0, end).join("").length);
  }
}

function arrive(shown, from) {
  show(merged(from, characters(box.value), shown.text));
  base = shown;
  box.disabled = false;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  const document_ = await answer.json();
  if (!answer.ok) throw new Error(document_.message);
  return document_;
}

async function push() {
  const change = difference(base.text, characters(box.value));
  if (flight !== null || (change.erase === 0 && change.insert.length === 0)) return;
  flight = characters(box.value);
  const sent = flight;
  try {
    const { at, erase, insert } = change;
    const shown = await post(`/${me}/splice`, { version: base.version, at, erase, insert: insert.join("") });
    told.textContent = shown.refused || notice;
    flight = null;
    if (shown.refused) box.value = sent.join(""); // what was typed meanwhile would be refused as well
    arrive(shown, sent);
  } catch (error) {
    told.textContent = error.message;
    flight = null;
    box.value = base.text.join("");
  }
  if (newer !== null && newer.version > base.version) arrive(newer, base.text);
  newer = null;
  push(); // what was typed meanwhile, on the newest text
}

function render(board) {
  way.value = board.way;
  release.hidden = board.holder !== me;
  const said = board.notices[me];
  if (said !== notice && (said || told.textContent === notice)) told.textContent = said; // a refusal stays
  notice = said;
  const shown = board.people[me];
  if (flight !== null) newer = shown;
  else if (shown.version > base.version) {
    arrive(shown, base.text);
    push();
  }
  for (const section of document.querySelectorAll("section")) {
    const person = board.people[section.dataset.name], server = board.servers[section.dataset.name];
    const text = section.querySelector("pre");
    if (person) {
      if (text) text.textContent = person.text.join("");
      section.classList.toggle("is-cut", person.cut);
      section.querySelector(".line").textContent = person.cut ? "heal the line" : "cut the line";
    } else {
      if (server !== null) text.textContent = server;
      section.classList.toggle("is-silent", server === null);
    }
  }
}

async function ask(path, body) {
  try {
    const answer = await post(path, body);
    told.textContent = answer.refused || notice;
  } catch (error) {
    told.textContent = error.message;
  }
}

box.addEventListener("input", push);
release.addEventListener("click", () => ask(`/${me}/release`, {}));
way.addEventListener("change", () => ask("/way", { way: way.value }));
for (const button of document.querySelectorAll(".line")) {
  const section = button.closest("section");
  button.addEventListener("click", () =>
    ask(`/${section.dataset.name}/line`, { cut: !section.classList.contains("is-cut") }));
}
const stream = new EventSource("/stream");
stream.onmessage = (event) => render(JSON.parse(event.data));
stream.onerror = () => { told.textContent = "The lab does not answer; is it still running?"; };
stream.onopen = () => { told.textContent = ""; };
