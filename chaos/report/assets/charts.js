// Curves over time, by uPlot: what clients got per second, how long it took, how far each replica lagged.
"use strict";
{
  const HEIGHT = 190;
  const MOST_BINS = 90;
  const PER_BIN = 5;
  const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
  const LEAST_MS = 0.05;
  const isOk = (operations, place) => operations.outcome(place) === "ok";
  const KINDS = [
    { label: "writes", colour: "write", has: (operations, place) => isOk(operations, place) && !operations.isRead(place) },
    { label: "reads", colour: "read", has: (operations, place) => isOk(operations, place) && operations.isRead(place) },
    { colour: "refused", has: (operations, place) => !isOk(operations, place) },
  ];

  class Charts {
    constructor(section, drawing, operations, view) {
      Object.assign(this, { section, drawing, operations, view });
      this.plots = [];
      this.isLeading = false;
      view.onChange((what) => what === "span" && this.follow());
      this.follow = lab.onNextFrame(() => this.plots.forEach((plot) => this.setSpan(plot)));
      new ResizeObserver(lab.onNextFrame(() => this.resize())).observe(section);
      this.draw();
    }

    draw() {
      this.plots.forEach((plot) => plot.destroy());
      this.plots = [
        this.plot("rate", "Operations per second", rate(this.operations), { digits: 0 }),
        this.plot("latency", "Latency, ms (logarithmic)", latency(this.operations), { isLogarithmic: true, digits: 1 }),
        this.plot("lag", "Replication lag, ms: since when a replica lacks an acknowledged write", lag(this.drawing), { digits: 1 }),
      ].filter(Boolean);
      this.follow();
    }

    plot(name, title, { data, series }, { isLogarithmic = false, digits }) {
      const box = this.section.querySelector(`[data-chart="${name}"]`);
      if (data[0].length === 0) {
        box.replaceChildren(lab.element("p", { class: "empty" }, `${title}: nothing of that was recorded.`));
        return null;
      }
      const axis = { stroke: lab.colour("soft"), grid: { stroke: lab.colour("line"), width: 1 }, ticks: { stroke: lab.colour("line") } };
      const options = {
        title, width: this.width(), height: HEIGHT, series: [{ label: "second", value: (u, v) => (v === null ? "–" : v.toFixed(3)) }, ...series.map((some) => ({ ...some, value: (u, v) => (v === null || v === undefined ? "–" : v.toFixed(digits)) }))],
        scales: { x: { time: false }, y: isLogarithmic ? { distr: 3, log: 10 } : { range: (u, low, high) => [0, Math.max(high, 1) * 1.08] } },
        axes: [{ ...axis, values: (u, ticks) => ticks.map((tick) => `${tick} s`) }, { ...axis, size: 62, ...(isLogarithmic && decades(axis)) }],
        cursor: { sync: { key: this.drawing.key }, points: { size: 7 }, drag: { x: true, y: false, setScale: true } },
        hooks: { drawClear: [(u) => this.drawBands(u)], setScale: [(u, key) => key === "x" && this.lead(u)], setCursor: [(u) => this.lookAt(u)] },
      };
      return new uPlot(options, data, box);
    }

    width() {
      return Math.max(240, this.section.clientWidth - 40);
    }

    resize() {
      for (const plot of this.plots) plot.setSize({ width: this.width(), height: HEIGHT });
    }

    /** Somebody dragged over a chart: everything else shows that span, too. */
    lead(plot) {
      const { min, max } = plot.scales.x;
      const isNews = Math.abs(min * 1e6 - this.view.from) > 1 || Math.abs(max * 1e6 - this.view.to) > 1;
      if (!this.isLeading && this.isSettled && isNews) this.view.show(min * 1e6, max * 1e6);
    }

    setSpan(plot) {
      this.isLeading = true;
      plot.setScale("x", { min: this.view.from / 1e6, max: this.view.to / 1e6 });
      this.isLeading = false;
      this.isSettled = true;
    }

    lookAt(plot) {
      if (plot.cursor.event && plot.cursor.left >= 0) this.view.look(Math.round(plot.posToVal(plot.cursor.left, "x") * 1e6));
    }

    drawBands(plot) {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.fillStyle = lab.colour("fault");
      ctx.globalAlpha = 0.12;
      for (const band of this.drawing.bands) {
        const from = Math.max(bbox.left, plot.valToPos(band.from / 1e6, "x", true));
        const until = (band.to < 0 ? this.drawing.end : band.to) / 1e6;
        const to = Math.min(bbox.left + bbox.width, plot.valToPos(until, "x", true));
        if (to > from) ctx.fillRect(from, bbox.top, to - from, bbox.height);
      }
      ctx.restore();
    }
  }

  /** Lines and numbers at the powers of ten; within two decades at their doubles and fives, too. */
  function decades({ grid, ticks }) {
    const filter = (u, values) => {
      const round = values.at(-1) / values[0] > 100 ? [1] : [1, 2, 5];
      return values.map((value) => (round.includes(Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9))) ? value : null));
    };
    return { filter, grid: { ...grid, filter }, ticks: { ...ticks, filter } };
  }

  function clientOperations(operations) {
    return [...Array(operations.count).keys()].filter((place) => !operations.finals.has(place));
  }

  function rate(operations) {
    const places = clientOperations(operations);
    const end = (place) => Math.max(operations.begin(place), operations.columns.end[place]);
    const last = Math.max(1, ...places.map(end));
    const bins = Math.max(10, Math.min(MOST_BINS, Math.ceil(places.length / PER_BIN)));
    const bin = last / bins;
    const counts = KINDS.map(() => new Array(bins).fill(0));
    for (const place of places) {
      const kind = KINDS.findIndex(({ has }) => has(operations, place));
      counts[kind][Math.min(bins - 1, Math.floor(end(place) / bin))] += 1e6 / bin;
    }
    const stepped = uPlot.paths.stepped({ align: 1 });
    const series = KINDS.map(({ label, colour }, at) => ({
      label: label ?? operations.outcomes.either, stroke: lab.colour(colour), width: 2, dash: DASHES[at], paths: stepped, points: { show: false },
    }));
    const used = counts.map((some) => some.some((count) => count > 0));
    const times = counts[0].map((_, at) => (at * bin) / 1e6);
    return { data: [places.length ? times : [], ...counts.filter((_, at) => used[at])], series: series.filter((_, at) => used[at]) };
  }

  function latency(operations) {
    const places = clientOperations(operations).filter((place) => operations.end(place) < Infinity);
    places.sort((a, b) => operations.end(a) - operations.end(b));
    const value = (place) => Math.max(LEAST_MS, (operations.end(place) - operations.begin(place)) / 1000);
    const kinds = KINDS.filter(({ has }) => places.some((place) => has(operations, place)));
    const series = kinds.map(({ label, colour }) => ({
      label: label ?? operations.outcomes.either, stroke: lab.colour(colour), paths: () => null,
      points: { show: true, size: colour === "refused" ? 7 : 4, fill: colour === "refused" ? lab.colour("panel") : lab.colour(colour), width: 1.5 },
    }));
    const curves = kinds.map(({ has }) => places.map((place) => (has(operations, place) ? value(place) : null)));
    return { data: [places.map((place) => operations.end(place) / 1e6), ...curves], series };
  }

  function lag(drawing) {
    const nodes = Object.keys(drawing.lag);
    const tables = nodes.map((node) => [drawing.lag[node][0].map((time) => time / 1e6), drawing.lag[node][1]]);
    const series = nodes.map((node, at) => ({
      label: node, stroke: lab.colour(`epoch-${(at + 1) % 6}`), width: 2, dash: DASHES[at % DASHES.length], points: { show: false },
    }));
    const [times, ...curves] = tables.length ? uPlot.join(tables) : [[]];
    return { data: [times, ...curves.map(withGaps)], series };
  }

  /** From a moment without an answer (null) to the next answer there is nothing, not a line. */
  function withGaps(curve) {
    let isSilent = false;
    return curve.map((value) => {
      if (value !== undefined) isSilent = value === null;
      return isSilent ? null : value;
    });
  }

  lab.Charts = Charts;
}
