// The map: nodes and the lines between them. What it shows was put into words by the lab.

import { keep, set, setText, svg } from "./dom.js";
import { nearest } from "./nearest.js";
import { BOX, layout } from "./places.js";

const SIGNS = { cut: "✕", "lose-request": "✕", "lose-reply": "✕", slow: "◷", refused: "⊘" };
const WHERE = { "lose-request": 0.7, "lose-reply": 0.25 };
const APART = 4;
const COLOURS = 6;
const MOST = 22; // characters in a line of a box

export class ClusterMap {
  constructor(root, choose) {
    Object.assign(this, { root, choose });
    this.frames = svg("g");
    this.wires = svg("g");
    this.nodes = svg("g");
    root.append(this.frames, this.wires, this.nodes);
    this.wires.addEventListener("keydown", (event) => this.go(event));
    for (const kind of ["click", "pointermove", "pointerleave"]) this.wires.addEventListener(kind, (event) => this.point(event));
    this.wires.addEventListener("focusin", (event) => this.rove(event.target.closest(".wire")));
  }

  show(picture, chosen, values, key) {
    const { width, height, points, frames } = layout(picture);
    this.points = points;
    set(this.root, { viewBox: `0 0 ${width} ${height}` });
    keep(this.frames, frames, (frame) => frame.name, makeFrame, changeFrame);
    const wires = picture.wires.filter((wire) => wire.ends.every((end) => points.has(end)));
    keep(this.wires, wires, (wire) => wire.name, (wire) => this.make("wire", wire), (group, wire) => changeWire(group, wire, points, chosen));
    keep(this.nodes, picture.nodes, (node) => node.name, (node) => this.make("node", node), (group, node) => changeNode(group, node, points, chosen, values[node.name], key));
    if (!this.wires.querySelector('[tabindex="0"]')) this.rove(this.wires.firstElementChild);
  }

  make(kind, { name }) {
    const group = svg("g", { role: "button", tabindex: kind === "node" ? 0 : -1, [`data-${kind}`]: name });
    if (kind === "node") group.addEventListener("click", () => this.choose({ kind, name }));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      this.choose({ kind, name });
      event.preventDefault();
    });
    return group;
  }

  /** Links lie close together and cross: the mouse means the nearest, whichever lies on top. */
  point(event) {
    const touched = event.type === "pointerleave" ? null : event.target.closest(".wire");
    const wire = touched && (isOfTheKeyboard(event) ? touched : nearest([...this.wires.children], this.points, this.root, event) ?? touched);
    if (event.type === "click" && wire) return this.choose({ kind: "wire", name: wire.dataset.wire });
    for (const each of this.wires.children) each.classList.toggle("is-near", each === wire);
  }

  /** One link at a time can be reached by Tab, the others from there by arrows. */
  rove(wire) {
    if (!wire) return;
    for (const other of this.wires.children) set(other, { tabindex: other === wire ? 0 : -1 });
  }

  go(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const wire = event.target.closest(".wire");
    if (!by || !wire) return;
    const all = [...this.wires.children];
    all[(all.indexOf(wire) + by + all.length) % all.length].focus();
    event.preventDefault();
  }
}

/** A click that no mouse made, as a screen reader's, is nowhere on the map. */
function isOfTheKeyboard(event) {
  return event.clientX === 0 && event.clientY === 0;
}

function makeFrame() {
  return svg("g", { class: "place" }, svg("rect", { rx: 14 }), svg("text"));
}

function changeFrame(group, { name, x, y, width, height }) {
  const [box, label] = group.children;
  set(box, { x, y, width, height });
  set(label, { x: x + 14, y: y + 22 });
  setText(label, name);
}

function changeWire(group, wire, points, chosen) {
  const worst = wire.ways.find((way) => way.state !== "whole");
  const isChosen = chosen?.kind === "wire" && chosen.name === wire.name;
  set(group, {
    class: `wire${worst ? " is-struck" : ""}${isChosen ? " is-chosen" : ""}${group.classList.contains("is-near") ? " is-near" : ""}`,
    "data-ends": wire.ends.join(" "),
    "aria-label": `link ${wire.ends.join(" – ")}: ${worst ? wire.ways.map((way) => way.words).join(" ") : "healthy"}`,
    "aria-pressed": isChosen,
  });
  const [a, b] = wire.ends.map((end) => points.get(end));
  const parts = [{ key: "hit", a, b }, ...wire.ways.map((way) => ({ key: way.link, way, ...ends(way, wire, points) }))];
  keep(group, parts, (part) => part.key, makeWay, changeWay);
}

/** The two ends of one direction, a little to the right of the straight line; a power switch lies further off. */
function ends(way, wire, points) {
  const target = wire.ends.find((end) => end !== way.source);
  const [a, b] = [points.get(way.source), points.get(target)];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const apart = way.target === target ? APART : 4 * APART;
  const [right, down] = [(-(b.y - a.y) / length) * apart, ((b.x - a.x) / length) * apart];
  return { a: { x: a.x + right, y: a.y + down }, b: { x: b.x + right, y: b.y + down } };
}

function makeWay({ key }) {
  return key === "hit" ? svg("g", {}, svg("line", { class: "hit" })) : svg("g", {}, svg("line"), svg("text"));
}

function changeWay(group, { way, a, b }) {
  const [line, sign] = group.children;
  set(line, { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
  if (!way) return;
  set(group, { class: `way way-${way.state}`, "data-link": way.link });
  const part = WHERE[way.state] ?? 0.45;
  set(sign, { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part + 6 });
  setText(sign, SIGNS[way.state] ?? "");
}

function changeNode(group, node, points, chosen, value, key) {
  const isChosen = chosen?.kind === "node" && chosen.name === node.name;
  set(group, {
    class: `node node-${node.state} kind-${node.kind}${isChosen ? " is-chosen" : ""}${node.epoch === null ? "" : ` epoch-${node.epoch % COLOURS}`}`,
    "aria-label": spoken(node, value === undefined ? "" : `${key} is ${value}`),
    "aria-pressed": isChosen,
  });
  const { x, y } = points.get(node.name);
  set(group, { transform: `translate(${x - BOX.width / 2} ${y - BOX.height / 2})` });
  if (!group.children.length) fill(group);
  const [box, name, title, below, badge, track, bar, held, timers] = group.children;
  fit(held, value === undefined ? "" : short(`${short(key, 14)} = ${value}`, 28));
  set(box, { width: BOX.width, height: BOX.height });
  setText(name, node.name);
  fit(title, short(node.partition ? `p${node.partition} ${node.title}` : node.title, MOST));
  const all = node.lines.join(" · ");
  fit(below, short(all.length > MOST ? node.lines[0] : all, MOST));
  setText(badge, node.badge);
  const share = node.bar?.share ?? 0;
  set(track, { width: node.bar ? BOX.width - 20 : 0 });
  set(bar, { width: share * (BOX.width - 20) });
  keep(timers, node.rings ?? [], (ring) => ring.kind, makeRing, changeRing);
}

const RADIUS = 8;
const AROUND = 2 * Math.PI * RADIUS;

/** A timer is a ring that empties; the words are for whoever hovers, and in the node's own label. */
function makeRing({ kind }) {
  const x = kind === "lease" ? 16 : BOX.width - 16;
  const place = { cx: x, cy: 16, r: RADIUS };
  return svg("g", { class: `ring ring-${kind}` }, svg("title"), svg("circle", { class: "rim", ...place }), svg("circle", { class: "left", ...place, transform: `rotate(-90 ${x} 16)` }));
}

function changeRing(group, { kind, share, words }) {
  const [title, , left] = group.children;
  setText(title, words);
  set(group, { class: `ring ring-${kind}${share < 1 ? " is-late" : ""}`, "data-left": share });
  set(left, { "stroke-dasharray": `${(share * AROUND).toFixed(1)} ${AROUND.toFixed(1)}` });
}

/** Squeezes a text that is wider than its box, whatever font this browser has. */
function fit(text, words) {
  if (text.textContent === words) return;
  text.removeAttribute("textLength");
  setText(text, words);
  const most = BOX.width - 10;
  if (text.getComputedTextLength() > most) set(text, { textLength: most, lengthAdjust: "spacingAndGlyphs" });
}

function fill(group) {
  const middle = BOX.width / 2;
  group.append(
    svg("rect", { class: "box", rx: 9 }),
    svg("text", { class: "name", x: middle, y: 20 }),
    svg("text", { class: "title", x: middle, y: 37 }),
    svg("text", { class: "below", x: middle, y: 54 }),
    svg("text", { class: "badge", x: middle, y: -6 }),
    svg("rect", { class: "track", x: 10, y: 64, height: 6, rx: 3 }),
    svg("rect", { class: "filled", x: 10, y: 64, height: 6, rx: 3 }),
    svg("text", { class: "held", x: middle, y: BOX.height + 16 }),
    svg("g", { class: "rings" }),
  );
}

function short(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function spoken(node, held) {
  return [`${node.kind} ${node.name}: ${node.title}`, node.meant, ...node.lines, node.badge, node.bar?.words, ...(node.rings ?? []).map((ring) => ring.words), held].filter(Boolean).join(", ");
}
