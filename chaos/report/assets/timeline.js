// The timeline: operations as bars in the lanes of their processes, roles in those of the nodes, faults over all.
"use strict";
{
  const LEFT = 84;
  const FEW = 12;
  const LINES = 8;

  class Timeline {
    constructor(canvas, picked, drawing, operations, view) {
      Object.assign(this, { canvas, picked, drawing, operations, view });
      this.layout = lab.layout(drawing, operations);
      this.rows = new Map(this.layout.rows.flatMap((row) => (row.places ?? []).map((place) => [place, row])));
      this.witnesses = new Set(drawing.witnesses.flatMap((events) => operations.ofEvents(events)));
      this.tip = lab.tip(canvas);
      this.redraw = lab.onNextFrame(() => this.draw());
      view.onChange((what) => {
        if (what === "picked") this.tellPicked();
        this.redraw();
      });
      lab.steer(canvas, view, LEFT, {
        onClick: (x, y, time) => this.click(x, y, time),
        onHover: (x, y, time) => this.hover(x, y, time),
      });
      this.tellPicked();
    }

    draw() {
      const { pen, width } = lab.pen(this.canvas, this.layout.height);
      const { layout, drawing, operations, view } = this;
      this.painter = new lab.Painter({ pen, left: LEFT, width, layout, drawing, operations, view });
      pen.save();
      pen.beginPath();
      pen.rect(LEFT, 0, width - LEFT, layout.height);
      pen.clip();
      lab.drawAxis(pen, view, LEFT, width, layout.axis - 6, layout.height);
      this.painter.drawBands();
      for (const row of layout.rows) this.painter.drawRow(row);
      for (const place of this.witnesses) this.painter.drawMark(place, this.rowOf(place), "witness", false);
      if (view.picked.size <= FEW) this.drawPicked();
      this.drawCursor();
      pen.restore();
      this.drawLabels();
    }

    /** A few are framed and named; of many it is enough that the others are pale. */
    drawPicked() {
      for (const place of this.view.picked) {
        this.painter.drawMark(place, this.rowOf(place), this.witnesses.has(place) ? "witness" : "accent", true);
      }
    }

    /** Where an operation is drawn; final reads lie in the lane of their node. */
    rowOf(place) {
      const node = this.operations.word("node", place);
      return this.rows.get(place) ?? this.layout.rows.find((row) => row.kind === "node" && row.node === node);
    }

    drawCursor() {
      if (this.view.cursor === null) return;
      const { pen, colours } = this.painter;
      pen.fillStyle = colours.ink;
      pen.fillRect(Math.round(this.painter.x(this.view.cursor)), 18, 1, this.layout.height);
    }

    drawLabels() {
      const { pen, colours } = this.painter;
      pen.textAlign = "right";
      let previous = {};
      for (const row of this.layout.rows) {
        const isFirst = row.kind !== previous.kind;
        if (!isFirst && (row.kind === "fault" || row.top - previous.top < 12)) continue;
        previous = row;
        pen.fillStyle = row.kind === "node" ? colours.ink : colours.soft;
        const label = row.kind === "client" && isFirst ? `process ${row.label}` : row.label;
        pen.fillText(lab.fitted(pen, label, LEFT - 14), LEFT - 8, row.top + row.height / 2 + 1);
      }
    }

    /** What lies at this place of the drawing: `place` of an operation, `event`, `band`; or nothing of it. */
    under(x, y, time) {
      const row = this.layout.rows.find((some) => y >= some.top - 1 && y <= some.top + some.height + 1);
      if (!row || time === null) return {};
      const near = ((this.view.to - this.view.from) / this.canvas.clientWidth) * 4;
      const isNear = (from, to) => from - near <= time && time <= Math.max(to, from) + near;
      const { operations } = this;
      const finals = row.kind === "node" ? [...operations.finals].filter((p) => this.rowOf(p) === row) : [];
      return {
        place: [...(row.places ?? []), ...finals].find((p) => isNear(operations.begin(p), operations.end(p))),
        event: row.events?.find(([at]) => isNear(at, at)),
        band: row.bands?.find(({ from, to }) => isNear(from, to < 0 ? this.drawing.end : to)),
      };
    }

    click(x, y, time) {
      const { place } = this.under(x, y, time);
      this.view.pick(place === undefined ? [] : [place]);
      this.view.look(time);
      this.canvas.focus({ preventScroll: true });
    }

    hover(x, y, time) {
      const { place, event, band } = this.under(x, y, time);
      const operation = place === undefined ? "" : this.operations.sentence(place);
      const text = event ? `${lab.seconds(event[0])}: ${event[2]}` : band ? band.label : operation;
      this.tip(text, x, y);
    }

    tellPicked() {
      const places = [...this.view.picked];
      const lines = places.slice(0, LINES).map((place) => lab.element("li", {}, this.operations.sentence(place)));
      if (places.length > LINES) lines.push(lab.element("li", {}, `… and ${places.length - LINES} more operations`));
      this.picked.replaceChildren(
        places.length ? lab.element("ul", {}, ...lines) : "Nothing picked: click a bar, or a line of the story.",
      );
    }
  }

  lab.Timeline = Timeline;
  lab.LEFT = LEFT;
}
