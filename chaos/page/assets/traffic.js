// Messages as dots that move along the links: what nodes have sent since the look before, a sample of it.

import { set, svg } from "./dom.js";
import { layout } from "./places.js";

const COLOURS = 6;
const ASIDE = 4;
const MOST_A_WAY = 3; // dots for each look, so that a busy link is no solid line
const MOST = 60; // on the whole map; the page stays quick
const STEP_MS = 80; // all move at once, and not at every frame: what costs is to paint the map again
const STEPS = 6;
const LOST = { cut: 0.45, "lose-request": 0.7, refused: 0.5 }; // so far it gets

export class Traffic {
  /** They fly below the nodes of `map`, a `ClusterMap`. */
  constructor(map) {
    this.group = svg("g", { class: "traffic", "aria-hidden": "true" });
    map.root.insertBefore(this.group, map.nodes);
    this.points = new Map();
    this.states = new Map();
    this.flying = [];
    this.timer = null;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
  }

  place(picture) {
    this.points = layout(picture).points;
    this.states = new Map(picture.wires.flatMap((wire) => wire.ways.map((way) => [`${way.source} ${way.target}`, way.state])));
  }

  hear(moved) {
    if (this.still.matches || document.visibilityState !== "visible") return;
    for (const way of moved) {
      if (!this.points.has(way.source) || !this.points.has(way.target)) continue;
      const shown = Math.min(way.messages, MOST_A_WAY);
      const data = way.with_data && Math.max(1, Math.round((shown * way.with_data) / way.messages));
      for (let at = 0; at < shown && this.group.children.length < MOST; at += 1) this.fly(way, at < data, at / shown);
    }
  }

  fly({ source, target, colour }, isData, later) {
    const [a, b] = [this.points.get(source), this.points.get(target)];
    const part = LOST[this.states.get(`${source} ${target}`)] ?? 1;
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [right, down] = [(-(b.y - a.y) / length) * ASIDE, ((b.x - a.x) / length) * ASIDE];
    const epoch = isData && colour !== null ? ` epoch-${colour % COLOURS}` : "";
    const dot = svg("circle", { class: `dot${isData ? " is-data" : ""}${part < 1 ? " is-lost" : ""}${epoch}`, r: isData ? 5 : 3, cx: a.x + right, cy: a.y + down, opacity: 0 });
    this.group.append(dot);
    this.flying.push({ dot, x: (b.x - a.x) / STEPS, y: (b.y - a.y) / STEPS, at: -Math.round(STEPS * later), last: Math.ceil(STEPS * part) });
    this.timer ??= setInterval(() => this.move(), STEP_MS);
  }

  move() {
    for (const each of this.flying) {
      each.at += 1;
      if (each.at > each.last) each.dot.remove();
      else if (each.at >= 0) set(each.dot, { opacity: 1, transform: `translate(${(each.x * each.at).toFixed(1)} ${(each.y * each.at).toFixed(1)})` });
    }
    this.flying = this.flying.filter((each) => each.at <= each.last);
    if (this.flying.length) return;
    clearInterval(this.timer);
    this.timer = null;
  }
}
