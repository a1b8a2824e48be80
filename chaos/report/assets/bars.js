// How the operations of a lane are painted: a bar each, in the colour of whoever acknowledged or answered it.
"use strict";
{
  class Bars {
    constructor(painter) {
      this.painter = painter;
      this.doubt = lab.stripes(painter.pen, painter.colours.ink);
    }

    /** Bars that would lie on the same pixels are drawn once. */
    drawClient(row) {
      const { operations, view, width } = this.painter;
      let drawnTo = -Infinity;
      let drawnAs = "";
      for (let at = firstIn(row.places, operations, view.from); at < row.places.length; at += 1) {
        const place = row.places[at];
        if (operations.begin(place) > view.to) break;
        const from = this.painter.x(operations.begin(place));
        const to = Math.max(from + 3, Math.min(this.painter.x(operations.end(place)), width + 20));
        const style = operations.outcome(place) + operations.isRead(place) + this.colourOf(place);
        if (to <= drawnTo + 0.5 && style === drawnAs) continue;
        this.drawBar(row, place, from, to);
        [drawnTo, drawnAs] = [to, style];
      }
    }

    /** Of who acknowledged or answered it. */
    colourOf(place) {
      const { operations, whose } = this.painter;
      return whose.of(operations.word("node", place), operations.columns.epoch[place]);
    }

    /** A write is full and a read pale, in the colour of whoever acknowledged or answered it. */
    drawBar(row, place, from, to) {
      const { pen, colours, operations, view } = this.painter;
      const outcome = operations.outcome(place);
      const isFull = outcome === "ok" && !operations.isRead(place);
      const loud = view.picked.size && !view.picked.has(place) ? 0.35 : 1;
      pen.globalAlpha = loud;
      if (outcome === "ok") {
        pen.fillStyle = this.colourOf(place);
        pen.globalAlpha = isFull ? loud : loud * 0.35;
        pen.fillRect(from, row.top, to - from, row.height);
        pen.globalAlpha = loud;
        if (!isFull) pen.fillRect(from, row.top + row.height - 2, to - from, 2);
      } else {
        this.drawUnfulfilled(row, outcome, from, to);
      }
      if (to - from > 34 && row.height > 8) {
        pen.textAlign = "left";
        pen.font = lab.font(Math.min(12, row.height));
        pen.fillStyle = isFull ? colours.paper : colours.ink;
        pen.fillText(lab.fitted(pen, operations.label(place), to - from - 8), from + 4, row.top + row.height / 2 + 1);
        pen.font = lab.font(12);
      }
      pen.globalAlpha = 1;
    }

    /** Refused: an empty bar, crossed out. In doubt: stripes, and no end on the right. */
    drawUnfulfilled(row, outcome, from, to) {
      const { pen, colours } = this.painter;
      const bottom = row.top + row.height;
      pen.strokeStyle = outcome === "fail" ? colours.refused : colours.ink;
      pen.lineWidth = 1;
      if (outcome === "info") {
        pen.globalAlpha *= 0.6;
        pen.fillStyle = this.doubt;
        pen.fillRect(from, row.top, to - from, row.height);
      }
      pen.beginPath();
      pen.moveTo(to, row.top + 0.5);
      pen.lineTo(from + 0.5, row.top + 0.5);
      pen.lineTo(from + 0.5, bottom - 0.5);
      pen.lineTo(to, bottom - 0.5);
      if (outcome === "fail") {
        pen.closePath();
        pen.moveTo(to - Math.min(8, to - from), row.top);
        pen.lineTo(to, bottom);
        pen.moveTo(to, row.top);
        pen.lineTo(to - Math.min(8, to - from), bottom);
      }
      pen.stroke();
    }
  }

  /** The first of a lane's operations that may reach into the view; they never overlap within a lane. */
  function firstIn(places, operations, from) {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (operations.begin(places[middle]) < from) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  lab.Bars = Bars;
}
