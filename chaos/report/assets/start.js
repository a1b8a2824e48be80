// Brings every run in the page to life.
"use strict";
{
  const MOST_NAMED = 8;

  /** Everything of a run but what moves it; `axis` is where several runs have their timelines, if they are several. */
  function start(article, number, axis) {
    const drawing = JSON.parse(article.querySelector(".drawing").textContent);
    Object.assign(drawing, { key: `run-${number}`, isCompared: axis !== null });
    const operations = new lab.Operations(drawing.operations, drawing.outcomes);
    const exchanges = new lab.Exchanges(drawing.messages);
    const view = new lab.View(drawing.end);
    const box = axis ? axis.querySelectorAll(".timeline")[number] : article.querySelector(".timeline");
    const moment = article.querySelector(".moment");
    const timeline = new lab.Timeline(box.querySelector(".lanes"), box.querySelector(".picked"), drawing, operations, view);
    const stage = new lab.Stage(moment, drawing, operations, exchanges, view);
    const messages = new lab.Messages(article.querySelector(".messages"), drawing, exchanges, view);
    const charts = new lab.Charts(article.querySelector(".charts"), drawing, operations, view);
    lab.linkStory(article, box, operations, view);
    box.querySelector(".legend").append(...legend(drawing, operations));
    const drawings = [timeline, stage, messages];
    const redraw = () => drawings.forEach((some) => some.redraw());
    new ResizeObserver(redraw).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      redraw();
      charts.draw();
      box.querySelector(".legend").replaceChildren(...legend(drawing, operations));
    });
    article.lab = { drawing, operations, exchanges, view, box, moment, timeline, stage, messages, charts };
    return article.lab;
  }

  /** Alone a run is moved by what stands in it, several by what they share. */
  function wire(runs, axis) {
    const spanned = axis ? lab.together(runs.map((run) => ({ ...run, spans: spans(run.drawing, run.operations) }))) : null;
    for (const run of axis ? runs.slice(0, 1) : runs) {
      const sections = axis ? [axis, ...runs.map((other) => other.moment)] : [run.moment];
      wireTools(axis ?? run.box, run.view, spanned ?? spans(run.drawing, run.operations));
      run.player = new lab.Player(sections, run.view, axis ? runs.map((other) => other.stage) : [run.stage]);
    }
  }

  /** The spans that the buttons over the timeline lead to. */
  function spans(drawing, operations) {
    const ends = (times) => (times.length ? [Math.min(...times), Math.max(...times)] : null);
    const faults = ends(drawing.bands.flatMap((band) => [band.from, band.to < 0 ? drawing.end : band.to]));
    const places = drawing.witnesses.flatMap((events) => operations.ofEvents(events)).filter((place) => !operations.finals.has(place));
    const witnesses = ends(places.flatMap((place) => [operations.begin(place), Math.min(operations.end(place), drawing.end)]));
    return { whole: [0, drawing.end], faults, witnesses, first: ends([faults, witnesses].filter(Boolean).flat()) };
  }

  function wireTools(box, view, { whole, faults, witnesses, first }) {
    const actions = {
      whole: () => view.showAround(...whole),
      faults: faults && (() => view.showAround(...faults)),
      witnesses: witnesses && (() => view.showAround(...witnesses)),
      in: () => view.zoom(0.6),
      out: () => view.zoom(1 / 0.6),
    };
    for (const button of box.querySelectorAll("[data-do]")) {
      const action = actions[button.dataset.do];
      if (action) button.addEventListener("click", action);
      else button.hidden = true;
    }
    view.showAround(...(first ?? whole));
    view.look((faults ?? whole)[0]);
  }

  /** What is to be seen in this run, and nothing else. */
  function legend(drawing, operations) {
    const entry = (kind, words) => lab.element("span", { class: "entry" }, lab.element("i", { class: `swatch swatch-${kind}` }), words);
    const places = [...Array(operations.count).keys()].filter((place) => !operations.finals.has(place));
    const states = new Set(Object.values(drawing.lives).flat().map(([, state]) => state));
    const has = {
      write: places.some((place) => !operations.isRead(place)), read: places.some((place) => operations.isRead(place)),
      fail: places.some((place) => operations.outcome(place) === "fail"), info: places.some((place) => operations.outcome(place) === "info"),
      witness: drawing.witnesses.length, fault: drawing.bands.length, leader: states.has("leader"), follower: states.has("follower"),
      unleased: states.has("unleased"), dead: ["dead", "paused"].some((state) => states.has(state)), event: drawing.events.length,
    };
    const { words } = drawing.outcomes;
    const names = {
      write: "write", read: "read", fail: words.fail, info: words.info, witness: "witness", fault: "fault", leader: "leads", follower: "follows",
      unleased: "leader without a lease", dead: "dead or paused", event: "log line",
    };
    const shown = Object.entries(names).filter(([kind]) => has[kind]).map(([kind, name]) => entry(kind, name));
    return [...acknowledgers(drawing, operations), ...shown];
  }

  /** Who acknowledged writes, each in its colour, in the order of the first. */
  function acknowledgers(drawing, operations) {
    const whose = new lab.Colours(drawing);
    const seen = new Map();
    for (let place = 0; place < operations.count; place += 1) {
      const node = operations.word("node", place);
      if (node === null || operations.isRead(place) || operations.outcome(place) !== "ok") continue;
      const epoch = operations.columns.epoch[place];
      const name = whose.name(node, epoch);
      if (!seen.has(name)) seen.set(name, whose.of(node, epoch));
    }
    return [...seen].slice(0, MOST_NAMED).map(([name, colour]) => {
      const swatch = lab.element("i", { class: "swatch" });
      swatch.style.background = colour;
      return lab.element("span", { class: "entry by" }, swatch, `acknowledged by ${name}`);
    });
  }

  function copyOnClick(button) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    });
  }

  const axis = document.querySelector(".axis");
  wire([...document.querySelectorAll("article.run")].map((article, number) => start(article, number, axis)), axis);
  document.querySelectorAll("[data-copy]").forEach(copyOnClick);
  document.addEventListener("keydown", (event) => {
    const isFree = event.target === document.body && document.querySelectorAll("article.run").length === 1;
    if (isFree) document.querySelector("article.run").lab.stage.key(event);
  });
}
