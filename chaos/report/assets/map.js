// The map: every node and every link as they were at one moment, and steps from one turn of events to the next.
"use strict";
{
  const WIDTH = 640;
  const MOST_DOTS = 60;
  const BOX = { width: 132, height: 46 };
  const WORDS = { cut: "cut", slow: "slow", "lose-request": "requests lost", "lose-reply": "answers lost" };

  class Stage {
    constructor(section, drawing, operations, exchanges, view) {
      Object.assign(this, { drawing, operations, exchanges, view });
      this.svg = section.querySelector(".map");
      this.clock = section.querySelector(".clock");
      this.caption = section.querySelector(".caption");
      this.moments = drawing.moments.toSorted((a, b) => a.at - b.at);
      this.whose = new lab.Colours(drawing);
      this.step = -1;
      this.linger = 0; // microseconds for which a message is seen at least
      this.places = positions(drawing);
      this.redraw = lab.onNextFrame(() => this.draw());
      view.onChange((what) => what === "cursor" && this.redraw());
      for (const button of section.querySelectorAll("[data-step]")) {
        button.addEventListener("click", () => this.go(Number(button.dataset.step)));
      }
      section.addEventListener("keydown", (event) => this.key(event));
      this.redraw();
    }

    key(event) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!by || event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
      this.go(by);
      event.preventDefault();
      event.stopPropagation();
    }

    /** One turn of events on or back, counted from the moment that is looked at. */
    go(by) {
      if (!this.moments.length) return;
      if (this.step < 0) {
        const next = this.moments.findIndex((moment) => moment.at > (this.view.cursor ?? -1));
        this.step = (next < 0 ? this.moments.length : next) - (by > 0 ? 1 : 0);
      }
      this.step = Math.min(Math.max(this.step + by, 0), this.moments.length - 1);
      const moment = this.moments[this.step];
      this.view.pick(this.operations.ofEvents(moment.ops));
      this.view.reveal(moment.at, moment.at);
      this.view.look(moment.at);
    }

    draw() {
      const at = this.view.cursor ?? 0;
      if (this.moments[this.step]?.at !== at) this.step = this.moments.findIndex((moment) => moment.at === at);
      const struck = this.drawing.bands.filter((band) => band.from <= at && (band.to < 0 || at < band.to));
      const links = this.drawing.links.map(([from, to]) => this.link(from, to, struck));
      const nodes = [...this.places.keys()].map((node) => this.node(node, at));
      this.svg.replaceChildren(...links, ...this.underWay(at), ...nodes);
      this.clock.textContent = lab.seconds(at);
      this.tell(struck);
    }

    link(from, to, struck) {
      const band = struck.findLast((some) => some.links.some(([a, b]) => a === from && b === to));
      const state = band && WORDS[band.effect] ? band.effect : "whole";
      const [a, b] = this.ends(from, to);
      const line = lab.svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y });
      const title = lab.svg("title", {}, `${from} → ${to}: ${WORDS[state] ?? "passes"}`);
      const group = lab.svg("g", { class: `wire wire-${state}`, "data-link": `${from}-${to}` }, title, line);
      if (state !== "whole") group.append(sign(a, b, { "lose-request": 0.7, "lose-reply": 0.2 }[state] ?? 0.42, state === "slow" ? "◷" : "✕"));
      return group;
    }

    /** The two ends of the way from one node to another, a little to the right of the straight line. */
    ends(from, to) {
      const [a, b] = [this.places.get(from), this.places.get(to)];
      const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
      const [right, down] = [(-(b.y - a.y) / length) * 4, ((b.x - a.x) / length) * 4];
      return [{ x: a.x + right, y: a.y + down }, { x: b.x + right, y: b.y + down }];
    }

    node(name, at) {
      const { x, y } = this.places.get(name);
      const span = (this.drawing.lives[name] ?? []).findLast(([from]) => from <= at);
      const [, state, epoch] = span ?? [0, this.drawing.gateways.includes(name) ? "gateway" : "", null];
      const group = lab.svg("g", { class: `node node-${state || "plain"}`, "data-node": name });
      const box = lab.svg("rect", { x: x - BOX.width / 2, y: y - BOX.height / 2, width: BOX.width, height: BOX.height, rx: 8 });
      const partition = this.drawing.partitions[name];
      if (state === "leader") box.style.fill = this.whose.of(name, epoch);
      if (["leader", "unleased", "follower", "home"].includes(state)) box.style.stroke = this.whose.of(name, epoch);
      const short = name.length > 14 ? `${name.slice(0, 13)}…` : name;
      const does = state === "unleased" ? "no lease" : state;
      const role = partition ? `p${partition} ${does}` : does;
      const below = !epoch ? role : `${role}, epoch ${epoch}`;
      group.append(box, lab.svg("title", {}, name), lab.svg("text", { x, y: below ? y - 4 : y + 5, class: "name" }, short));
      if (below) group.append(lab.svg("text", { x, y: y + 14, class: "role" }, below));
      return group;
    }

    /** Messages on their way at this moment: requests are full, answers hollow, lost ones crosses that go half-way. */
    underWay(at) {
      const { exchanges } = this;
      const { sent, arrived, answered, ended } = exchanges.columns;
      const dots = [];
      for (let place = 0; place < exchanges.count && dots.length < MOST_DOTS && sent[place] <= at; place += 1) {
        const [from, to] = [exchanges.word("from", place), exchanges.word("to", place)];
        if (!this.places.has(from) || !this.places.has(to) || (this.linger && exchanges.idle.has(place))) continue;
        const [a, b] = this.ends(from, to);
        const asks = exchanges.hasArrived(place) ? this.part(at, sent[place], arrived[place]) : this.part(at, sent[place], sent[place]);
        if (asks !== null) dots.push(exchanges.hasArrived(place) ? dot(a, b, asks, "asks") : sign(a, b, asks / 2, "✕"));
        const answers = exchanges.wasHeard(place) ? this.part(at, answered[place], ended[place]) : null;
        if (answers !== null) dots.push(dot(b, a, answers, "answers"));
      }
      return dots;
    }

    /** How far it is at this moment, from 0 to 1; null before it leaves and when it is there. */
    part(at, begin, end) {
      const length = Math.max(end - begin, this.linger);
      return begin <= at && at < begin + length ? (at - begin) / length : null;
    }

    tell(struck) {
      const moment = this.moments[this.step] ?? (this.linger ? this.moments.findLast(({ at }) => at <= this.view.cursor) : undefined);
      const state = struck.length ? `In force now: ${struck.map((band) => band.label).join("; ")}.` : "No fault is in force.";
      const count = this.moments.length ? `Step ${moment ? this.moments.indexOf(moment) + 1 : "–"} of ${this.moments.length}` : "Nothing happened to step through";
      this.caption.replaceChildren(
        lab.element("p", { class: "count" }, count),
        lab.element("p", { class: "text" }, moment?.text ?? ""),
        lab.element("p", { class: "state" }, state),
      );
    }
  }

  /** The point at that part of the way from `a` to `b`. */
  function between(a, b, part) {
    return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
  }

  function sign(a, b, part, text) {
    const { x, y } = between(a, b, part);
    return lab.svg("text", { x, y: y + 5, class: "sign", "text-anchor": "middle" }, text);
  }

  function dot(a, b, part, kind) {
    const { x, y } = between(a, b, part);
    return lab.svg("circle", { cx: x, cy: y, r: 4, class: `dot dot-${kind}` });
  }

  /** Gateways on top, replicas in an arc or a ring below them, the controller and companions at the bottom. */
  function positions({ gateways, replicas, others }) {
    const places = new Map();
    const row = (nodes, y) => nodes.forEach((node, at) => places.set(node, { x: (WIDTH * (at + 1)) / (nodes.length + 1), y }));
    row(gateways, 40);
    const [middle, wide, high] = [{ x: WIDTH / 2, y: replicas.length > 3 ? 200 : 170 }, 225, 90];
    replicas.forEach((node, at) => {
      const angle = replicas.length > 3 ? (2 * Math.PI * at) / replicas.length - Math.PI / 2 : Math.PI - (Math.PI * at) / Math.max(1, replicas.length - 1);
      places.set(node, { x: middle.x + wide * Math.cos(angle), y: middle.y + high * Math.sin(angle) });
    });
    row(others, 372);
    return places;
  }

  lab.Stage = Stage;
}
