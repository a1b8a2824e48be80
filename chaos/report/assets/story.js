// The story and the table of contents of the replicas: every line leads to its operations in the timeline.
"use strict";
{
  /** Let every element with operations, or a span of time, show them when it is clicked. */
  lab.linkStory = (article, timeline, operations, view) => {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
    for (const button of article.querySelectorAll("[data-ops]")) {
      button.addEventListener("click", () => {
        const events = button.dataset.ops.split(" ").filter(Boolean).map(Number);
        const places = operations.ofEvents(events);
        view.pick(places);
        show(view, operations, places, button.dataset);
        for (const other of article.querySelectorAll(".told.is-shown")) other.classList.remove("is-shown");
        button.closest(".told")?.classList.add("is-shown");
        timeline.scrollIntoView({ block: "nearest", behavior: isCalm.matches ? "instant" : "smooth" });
      });
    }
  };

  /** Zoom to the operations where there are few, else to the span of the statement. */
  function show(view, operations, places, { from, to, kind }) {
    const begins = places.map((place) => operations.begin(place));
    const ends = places.map((place) => Math.min(operations.end(place), view.end));
    const [since, until] = from === undefined
      ? [Math.min(...begins), Math.max(...ends)]
      : [Number(from) / 1000, Number(to) / 1000];
    if (!Number.isFinite(since)) return;
    if (kind === "node" || kind === "healed") view.reveal(since, until);
    else view.showAround(since, until);
    view.look(Math.round(since));
  }
}
