// The messages: who asked whom, when it arrived, and when the answer was back; lost ones end in a cross.
"use strict";
{
  const AXIS = 26;
  const ROW = 46;
  const MOST_DRAWN = 5000;
  const NEAR = 4;

  class Messages {
    constructor(section, drawing, exchanges, view) {
      Object.assign(this, { drawing, exchanges, view });
      this.canvas = section.querySelector(".arrows");
      this.note = section.querySelector(".note");
      this.tip = lab.tip(this.canvas);
      const { columns, count } = exchanges;
      const talking = new Set([...columns.from, ...columns.to].map((at) => columns.words[at]));
      const order = ["client", ...drawing.gateways, ...drawing.replicas, ...drawing.others];
      this.nodes = order.filter((node) => talking.has(node));
      this.shown = { clients: true, replication: true, orders: true, idle: false, answers: true };
      this.canvas.hidden = count === 0;
      if (count) section.querySelector(".tools").append(...Object.keys(this.shown).map((name) => this.box(name)));
      this.redraw = lab.onNextFrame(() => this.draw());
      view.onChange(() => this.redraw());
      lab.steer(this.canvas, view, lab.LEFT, {
        onClick: (x, y, time) => view.look(time),
        onHover: (x, y) => this.hover(x, y),
      });
    }

    box(name) {
      const input = lab.element("input", { type: "checkbox" });
      input.checked = this.shown[name];
      input.addEventListener("change", () => {
        this.shown[name] = input.checked;
        this.redraw();
      });
      const words = { idle: "heartbeats that found all well", orders: "orders and reports" }[name] ?? name;
      return lab.element("label", { class: `says says-${name}` }, input, words);
    }

    isShown(place) {
      return this.shown[this.exchanges.group(place)] && (this.shown.idle || !this.exchanges.idle.has(place));
    }

    y(node) {
      return AXIS + ROW / 2 + this.nodes.indexOf(node) * ROW;
    }

    /** The heights at which an exchange begins and at which it arrives. */
    heights(place) {
      return ["from", "to"].map((end) => this.y(this.exchanges.word(end, place)));
    }

    x(time) {
      return this.view.x(time, lab.LEFT, this.width);
    }

    draw() {
      if (!this.exchanges.count) return;
      const height = AXIS + ROW * this.nodes.length;
      const { pen, width } = lab.pen(this.canvas, height);
      Object.assign(this, { pen, width, height });
      lab.drawAxis(pen, this.view, lab.LEFT, width, AXIS - 6, height);
      this.drawLifelines();
      const inView = this.inView();
      const every = Math.ceil(inView.length / MOST_DRAWN);
      pen.save();
      pen.beginPath();
      pen.rect(lab.LEFT, 0, width - lab.LEFT, height);
      pen.clip();
      this.withHeads = inView.length < 700;
      pen.globalAlpha = inView.length > 1500 ? 0.35 : 0.9;
      inView.forEach((place, at) => {
        if (at % every === 0 || this.exchanges.isLost(place)) this.drawExchange(place);
      });
      pen.restore();
      this.drawCursor();
      this.tell(inView.length, every);
    }

    inView() {
      const { view } = this;
      const { columns, count } = this.exchanges;
      const places = [];
      for (let place = 0; place < count; place += 1) {
        const last = Math.max(columns.sent[place], columns.ended[place]);
        if (columns.sent[place] <= view.to && last >= view.from && this.isShown(place)) places.push(place);
      }
      return places;
    }

    /** The exchange one of whose lines passes here. */
    under(x, y) {
      const { columns } = this.exchanges;
      const passes = (from, to, begin, end) => {
        const part = (y - from) / (to - from);
        const until = end < 0 ? begin : end;
        return begin >= 0 && part >= 0 && part <= 1 && Math.abs(this.x(begin) + (this.x(until) - this.x(begin)) * part - x) < NEAR;
      };
      return this.inView().find((place) => {
        const [from, to] = this.heights(place);
        return passes(from, to, columns.sent[place], columns.arrived[place]) || passes(to, from, columns.answered[place], columns.ended[place]);
      });
    }

    hover(x, y) {
      const place = this.under(x, y);
      this.tip(place === undefined ? "" : this.exchanges.sentence(place), x, y);
    }

    drawLifelines() {
      const { pen } = this;
      this.colours = Object.fromEntries(["ink", "soft", "line", "write", "epoch-0", "orders", "bad", "fault"].map((name) => [name, lab.colour(name)]));
      for (const band of this.drawing.bands) {
        const from = Math.max(lab.LEFT, this.x(band.from));
        const to = band.to < 0 ? this.width : this.x(band.to);
        pen.globalAlpha = 0.1;
        pen.fillStyle = this.colours.fault;
        if (to > from) pen.fillRect(from, AXIS, to - from, this.height);
        pen.globalAlpha = 1;
      }
      for (const node of this.nodes) {
        pen.fillStyle = this.colours.line;
        pen.fillRect(lab.LEFT, this.y(node), this.width, 1.5);
        pen.textAlign = "right";
        pen.fillStyle = this.colours.ink;
        pen.fillText(lab.fitted(pen, node, lab.LEFT - 14), lab.LEFT - 8, this.y(node));
      }
    }

    drawExchange(place) {
      const { exchanges } = this;
      const { columns } = exchanges;
      const [from, to] = this.heights(place);
      const colour = { clients: this.colours.write, replication: this.colours["epoch-0"], orders: this.colours.orders }[exchanges.group(place)];
      const sent = this.x(columns.sent[place]);
      if (!exchanges.hasArrived(place)) return this.drawLost(sent, from, to);
      this.drawArrow(sent, from, this.x(columns.arrived[place]), to, colour, []);
      if (!this.shown.answers || !exchanges.wasAnswered(place)) return;
      const answered = this.x(columns.answered[place]);
      if (exchanges.wasHeard(place)) this.drawArrow(answered, to, this.x(columns.ended[place]), from, colour, [3, 3]);
      else this.drawLost(answered, to, from);
    }

    drawArrow(x0, y0, x1, y1, colour, dashes) {
      const { pen } = this;
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = 1.2;
      pen.setLineDash(dashes);
      pen.beginPath();
      pen.moveTo(x0, y0);
      pen.lineTo(x1, y1);
      pen.stroke();
      pen.setLineDash([]);
      if (!this.withHeads) return;
      const angle = Math.atan2(y1 - y0, x1 - x0);
      pen.beginPath();
      pen.moveTo(x1, y1);
      pen.lineTo(x1 - 7 * Math.cos(angle - 0.35), y1 - 7 * Math.sin(angle - 0.35));
      pen.lineTo(x1 - 7 * Math.cos(angle + 0.35), y1 - 7 * Math.sin(angle + 0.35));
      pen.fill();
    }

    /** It leaves, and ends in a cross half-way. */
    drawLost(x, from, to) {
      const { pen } = this;
      const y = from + (to - from) * 0.5;
      pen.strokeStyle = this.colours.bad;
      pen.lineWidth = 1.4;
      pen.beginPath();
      pen.moveTo(x, from);
      pen.lineTo(x + 4, y);
      pen.moveTo(x, y - 4);
      pen.lineTo(x + 8, y + 4);
      pen.moveTo(x + 8, y - 4);
      pen.lineTo(x, y + 4);
      pen.stroke();
    }

    drawCursor() {
      if (this.view.cursor === null) return;
      const x = this.x(this.view.cursor);
      this.pen.fillStyle = this.colours.ink;
      if (x >= lab.LEFT) this.pen.fillRect(Math.round(x), AXIS - 8, 1, this.height);
    }

    tell(inView, every) {
      const { columns } = this.exchanges;
      const parts = [`${inView} exchanges in sight`];
      if (every > 1) parts.push(`one in ${every} is drawn, and every lost one: zoom in for all`);
      if (columns.left_out) parts.push(`${columns.left_out} more are not in this file`);
      if (columns.is_hearsay) parts.push("nobody overheard this run: this is what answers, logs and the growth of followers' logs tell; heartbeats are not known");
      this.note.textContent = `${parts.join("; ")}. Full lines ask, dashed ones answer; a red cross is lost. Zoom in: the flatter a line, the longer its message took.`;
    }
  }

  lab.Messages = Messages;
}
