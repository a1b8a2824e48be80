// Messages as dots that move along the links. What is lost gets half of the way.

import { set, svg } from "./dom.js";
import { layout } from "./places.js";

const DATA = /append|change|write|store|snapshot/;
const ASIDE = 4;

export class Flights {
  /** They fly below the nodes of `map`, a `ClusterMap`. */
  constructor(map) {
    this.group = svg("g", { "aria-hidden": "true" });
    map.root.insertBefore(this.group, map.nodes);
  }

  /** `picture` says where everybody stands. */
  place(picture) {
    this.points = layout(picture).points;
  }

  show(flying) {
    const seen = flying.filter(({ flight }) => this.points.has(flight.source) && this.points.has(flight.target));
    while (this.group.children.length < seen.length) this.group.append(svg("circle", { r: 4 }));
    while (this.group.children.length > seen.length) this.group.lastElementChild.remove();
    seen.forEach((each, at) => this.move(this.group.children[at], each));
  }

  move(dot, { flight, isLost, part }) {
    const [a, b] = [this.points.get(flight.source), this.points.get(flight.target)];
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const [right, down] = [(-(b.y - a.y) / length) * ASIDE, ((b.x - a.x) / length) * ASIDE];
    const kind = isLost ? "lost" : flight.isReply ? "reply" : DATA.test(flight.kind) ? "data" : "ask";
    set(dot, {
      class: `flight flight-${kind}`,
      r: kind === "data" || kind === "lost" ? 5 : 3,
      cx: (a.x + (b.x - a.x) * part + right).toFixed(1),
      cy: (a.y + (b.y - a.y) * part + down).toFixed(1),
    });
  }
}
