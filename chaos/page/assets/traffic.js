// Messages as dots that move along the links: what nodes have sent since the look before, a sample of it.

import { svg } from "./dom.js";
import { layout } from "./places.js";

const COLOURS = 6;
const ASIDE = 4;
const MOST_A_WAY = 4; // dots for each look, so that a busy link is no solid line
const MOST = 90; // on the whole map; the page stays quick
const FLIES_MS = 450;
const LOST = { cut: 0.45, "lose-request": 0.7, refused: 0.5 }; // so far it gets

export class Traffic {
  /** They fly below the nodes of `map`, a `ClusterMap`. */
  constructor(map) {
    this.group = svg("g", { class: "traffic", "aria-hidden": "true" });
    map.root.insertBefore(this.group, map.nodes);
    this.points = new Map();
    this.states = new Map();
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
    const way = `translate(${(b.x - a.x) * part}px, ${(b.y - a.y) * part}px)`;
    const flight = dot.animate([{ opacity: 1, transform: "none" }, { opacity: 1, transform: way }], { duration: FLIES_MS * part, delay: later * FLIES_MS });
    flight.finished.catch(() => null).then(() => dot.remove());
  }
}
