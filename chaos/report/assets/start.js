// Brings every run in the page to life.
"use strict";
{
  const MOST_NAMED = 8;

  function start(article, number) {
    const drawing = JSON.parse(article.querySelector(".drawing").textContent);
    drawing.key = `run-${number}`;
    const operations = new lab.Operations(drawing.operations);
    const exchanges = new lab.Exchanges(drawing.messages);
    const view = new lab.View(drawing.end);
    const canvas = article.querySelector(".lanes");
    const timeline = new lab.Timeline(canvas, article.querySelector(".picked"), drawing, operations, view);
    const stage = new lab.Stage(article.querySelector(".moment"), drawing, operations, exchanges, view);
    const player = new lab.Player(article.querySelector(".moment"), view, stage);
    const messages = new lab.Messages(article.querySelector(".messages"), drawing, exchanges, view);
    const charts = new lab.Charts(article.querySelector(".charts"), drawing, operations, view);
    lab.linkStory(article, operations, view);
    article.querySelector(".legend").append(...legend(drawing, operations));
    wireTools(article, view, spans(drawing, operations));
    const drawings = [timeline, stage, messages];
    const redraw = () => drawings.forEach((some) => some.redraw());
    new ResizeObserver(redraw).observe(canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      redraw();
      charts.draw();
      article.querySelector(".legend").replaceChildren(...legend(drawing, operations));
    });
    article.lab = { drawing, operations, exchanges, view, timeline, stage, player, messages, charts };
  }

  /** The spans that the buttons over the timeline lead to. */
  function spans(drawing, operations) {
    const ends = (times) => (times.length ? [Math.min(...times), Math.max(...times)] : null);
    const faults = ends(drawing.bands.flatMap((band) => [band.from, band.to < 0 ? drawing.end : band.to]));
    const places = drawing.witnesses.flatMap((events) => operations.ofEvents(events)).filter((place) => !operations.finals.has(place));
    const witnesses = ends(places.flatMap((place) => [operations.begin(place), Math.min(operations.end(place), drawing.end)]));
    return { whole: [0, drawing.end], faults, witnesses, first: ends([faults, witnesses].filter(Boolean).flat()) };
  }

  function wireTools(article, view, { whole, faults, witnesses, first }) {
    const actions = {
      whole: () => view.showAround(...whole),
      faults: faults && (() => view.showAround(...faults)),
      witnesses: witnesses && (() => view.showAround(...witnesses)),
      in: () => view.zoom(0.6),
      out: () => view.zoom(1 / 0.6),
    };
    for (const button of article.querySelectorAll("[data-do]")) {
      const action = actions[button.dataset.do];
      if (action) button.addEventListener("click", action);
      else button.hidden = true;
    }
    view.showAround(...(first ?? whole));
    view.look((faults ?? whole)[0]);
  }

  function legend(drawing, operations) {
    const entry = (kind, words) => lab.element("span", { class: "entry" }, lab.element("i", { class: `swatch swatch-${kind}` }), words);
    const kinds = { write: "write", read: "read", fail: "refused", info: "in doubt" };
    const witness = drawing.witnesses.length ? { witness: "witness" } : {};
    const fault = drawing.bands.length ? { fault: "fault" } : {};
    const isUnleased = Object.values(drawing.lives).flat().some(([, state]) => state === "unleased");
    const unleased = isUnleased ? { unleased: "leader without a lease" } : {};
    const roles = { leader: "leads", follower: "follows", ...unleased, dead: "dead or paused", event: "log line" };
    const all = Object.entries({ ...kinds, ...witness, ...fault, ...roles }).map(([kind, words]) => entry(kind, words));
    return [...acknowledgers(drawing, operations), ...all];
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

  document.querySelectorAll("article.run").forEach(start);
  document.querySelectorAll("[data-copy]").forEach(copyOnClick);
  document.addEventListener("keydown", (event) => {
    const isFree = event.target === document.body && document.querySelectorAll("article.run").length === 1;
    if (isFree) document.querySelector("article.run").lab.stage.key(event);
  });
}
