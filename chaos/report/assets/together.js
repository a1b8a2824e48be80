// Several runs on one time axis: what is in sight in one is in sight in all, at the same distance from their zeros.
"use strict";
{
  /** Tie the views of `runs` to each other; returns what the buttons lead to, in the time of the first run. */
  lab.together = (runs) => {
    const before = Math.max(...runs.map(({ drawing }) => drawing.zero));
    const after = Math.max(...runs.map(({ drawing, view }) => view.end - drawing.zero));
    for (const { drawing, view } of runs) {
      view.zero = drawing.zero;
      view.bound(drawing.zero - before, drawing.zero + after);
    }
    tie(runs.map(({ view }) => view));
    const [{ view }] = runs;
    const names = ["faults", "witnesses", "first"];
    return { whole: [view.first, view.last], ...Object.fromEntries(names.map((name) => [name, common(runs, name)])) };
  };

  function tie(views) {
    let isFollowing = false;
    for (const view of views) {
      view.onChange((what) => {
        if (isFollowing || what === "picked") return;
        isFollowing = true;
        for (const other of views) if (other !== view) follow(view, other, what);
        isFollowing = false;
      });
    }
  }

  function follow(view, other, what) {
    const by = other.zero - view.zero;
    if (what === "span") other.show(view.from + by, view.to + by);
    else other.look(view.cursor + by);
  }

  /** From the first to the last of that in any run; null where none has it. */
  function common(runs, name) {
    const zero = runs[0].drawing.zero;
    const there = runs.filter(({ spans }) => spans[name]);
    const moments = there.flatMap(({ spans, drawing }) => spans[name].map((moment) => moment - drawing.zero + zero));
    return moments.length ? [Math.min(...moments), Math.max(...moments)] : null;
  }
}
