// How the timeline is painted: spans for roles, bands for faults, marks around operations.
"use strict";
{
  const COLOURS = ["ink", "soft", "line", "panel", "paper", "read", "refused", "witness", "accent", "fault"];

  /** Paints one frame: `place` turns a time into a pixel, `left` and `width` bound what can be seen. */
  class Painter {
    constructor({ pen, left, width, layout, drawing, operations, view }) {
      Object.assign(this, { pen, left, width, layout, drawing, operations, view });
      this.colours = Object.fromEntries(COLOURS.map((name) => [name, lab.colour(name)]));
      this.whose = new lab.Colours(drawing);
      this.bars = new lab.Bars(this);
      this.dead = lab.stripes(pen, this.colours.soft, 6);
      this.hatches = new Map();
    }

    x(time) {
      return this.view.x(time, this.left, this.width);
    }

    drawRow(row) {
      if (row.kind === "fault") this.drawFaults(row);
      else if (row.kind === "node") this.drawNode(row);
      else this.bars.drawClient(row);
    }

    bandEnds(band) {
      return [this.x(band.from), band.to < 0 ? this.width : this.x(band.to)];
    }

    drawBands() {
      const { pen, colours } = this;
      for (const band of this.drawing.bands) {
        const [from, to] = this.bandEnds(band);
        pen.globalAlpha = 0.1;
        pen.fillStyle = colours.fault;
        pen.fillRect(from, this.layout.axis, Math.max(1, to - from), this.layout.height);
        pen.globalAlpha = 0.5;
        pen.fillRect(from, this.layout.axis, 1, this.layout.height);
        if (band.to >= 0) pen.fillRect(to, this.layout.axis, 1, this.layout.height);
        pen.globalAlpha = 1;
      }
    }

    drawFaults(row) {
      const { pen, colours } = this;
      pen.textAlign = "left";
      for (const band of row.bands) {
        const [from, to] = this.bandEnds(band);
        const begin = Math.max(from, this.left);
        pen.fillStyle = colours.fault;
        pen.beginPath();
        pen.roundRect(from, row.top, Math.max(3, to - from), row.height, 4);
        pen.fill();
        pen.fillStyle = colours.paper;
        pen.fillText(lab.fitted(pen, `⚡ ${band.label}`, to - begin - 12), begin + 6, row.top + row.height / 2 + 1);
      }
    }

    drawNode(row) {
      const spans = this.drawing.lives[row.node] ?? [];
      spans.forEach(([from, state, epoch], place) => {
        const until = place + 1 < spans.length ? spans[place + 1][0] : this.drawing.end;
        this.drawSpan(row, this.x(from), this.x(until), state, epoch);
      });
      for (const [time] of row.events) this.drawFlag(this.x(time), row.top + row.height);
      this.drawFinalReads(row);
    }

    /** Full: it leads. Pale: it follows. Hatched: it may do nothing, for it is away, or has no lease. */
    drawSpan(row, from, to, state, epoch) {
      const { pen, colours } = this;
      if (to < this.left || from > this.width) return;
      const partition = this.drawing.partitions[row.node];
      const leads = state === "leader";
      const isUp = !["dead", "paused", "starting"].includes(state);
      const isHatched = !isUp || state === "unleased";
      const colour = this.whose.of(row.node, epoch);
      pen.globalAlpha = leads ? 1 : isHatched ? 0.6 : 0.22;
      pen.fillStyle = state === "unleased" ? this.hatch(colour) : isUp ? colour : this.dead;
      pen.fillRect(from, row.top, Math.max(1, to - from - 1), row.height);
      pen.globalAlpha = 1;
      const where = partition && leads ? ` partition ${partition},` : "";
      const does = { leader: "leads", follower: "follows", unleased: "no lease, confirms nothing:" }[state] ?? state;
      const text = isUp ? `${does}${where}${epoch ? ` epoch ${epoch}` : ""}` : state;
      const begin = Math.max(from, this.left) + 6;
      const shown = lab.fitted(pen, text, Math.min(to, this.width) - begin - 4);
      if (isHatched && shown) {
        pen.fillStyle = colours.panel;
        pen.fillRect(begin - 3, row.top + 4, pen.measureText(shown).width + 6, row.height - 8);
      }
      pen.textAlign = "left";
      pen.fillStyle = leads ? colours.paper : colours.ink;
      pen.fillText(shown, begin, row.top + row.height / 2 + 1);
    }

    hatch(colour) {
      if (!this.hatches.has(colour)) this.hatches.set(colour, lab.stripes(this.pen, colour, 7));
      return this.hatches.get(colour);
    }

    /** A little triangle under the lane: the node logged something that belongs to the story. */
    drawFlag(x, y) {
      const { pen } = this;
      pen.fillStyle = this.colours.ink;
      pen.beginPath();
      pen.moveTo(x, y - 6);
      pen.lineTo(x + 4, y + 1);
      pen.lineTo(x - 4, y + 1);
      pen.fill();
    }

    drawFinalReads(row) {
      const { pen, operations } = this;
      let last = -1;
      for (const place of operations.finals) {
        const x = Math.round(this.x(operations.begin(place)));
        if (x === last || operations.word("node", place) !== row.node) continue;
        last = x;
        pen.fillStyle = this.colours.read;
        pen.fillRect(x, row.top + row.height - 5, 1.5, 5);
      }
    }

    /** A frame and a flag around an operation in `row`; a loud one has its name beside it. */
    drawMark(place, row, colour, isLoud) {
      const { pen, colours, operations } = this;
      const from = this.x(operations.begin(place));
      const to = Math.max(from + 3, Math.min(this.x(operations.end(place)), this.width + 20));
      if (!row || to < this.left || from > this.width) return;
      pen.strokeStyle = pen.fillStyle = colours[colour];
      pen.lineWidth = isLoud ? 2.5 : 1.5;
      pen.strokeRect(from - 1.5, row.top - 1.5, to - from + 3, row.height + 3);
      pen.beginPath();
      pen.moveTo(from + 1, row.top - 2);
      pen.lineTo(from - 4, row.top - 9);
      pen.lineTo(from + 6, row.top - 9);
      pen.fill();
      if (isLoud && to - from < 34) this.drawNote(operations.label(place), from, to, row, colours[colour]);
    }

    /** On the right of the bar, or on its left where there is no room. */
    drawNote(text, from, to, row, colour) {
      const { pen, colours } = this;
      const width = pen.measureText(text).width + 8;
      const x = to + 5 + width > this.width ? from - 5 - width : to + 5;
      pen.fillStyle = colours.panel;
      pen.fillRect(x, row.top - 2, width, Math.max(14, row.height + 4));
      pen.textAlign = "left";
      pen.fillStyle = colour;
      pen.fillText(text, x + 4, row.top + row.height / 2 + 1);
    }
  }

  lab.Painter = Painter;
}
