// The axis of time, the same above every drawing that shares a view.
"use strict";
{
  const TICKS = [1, 2, 5];
  const TICK_WIDTH = 110;
  const LABEL_Y = 10;

  /** Lines from `top` down to `height` at round seconds of the run, each with its time above, right of `left`. */
  lab.drawAxis = (pen, view, left, width, top, height) => {
    const wanted = ((view.to - view.from) / (width - left)) * TICK_WIDTH;
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = power * (TICKS.find((tick) => tick * power >= wanted) ?? 10);
    const digits = Math.max(0, 6 - Math.floor(Math.log10(step)));
    const first = Math.max(view.first, view.from) - view.zero;
    pen.textAlign = "center";
    for (let time = Math.ceil(first / step) * step; time <= view.to - view.zero; time += step) {
      const isZero = view.zero && time === 0;
      const x = view.x(time + view.zero, left, width);
      pen.fillStyle = lab.colour(isZero ? "accent" : "line");
      pen.fillRect(Math.round(x), top, isZero ? 2 : 1, height - top);
      pen.fillStyle = lab.colour("soft");
      const sign = !view.zero || time === 0 ? "" : time < 0 ? "−" : "+";
      const text = `${sign}${(Math.abs(time) / 1e6).toFixed(Math.min(digits, 6))} s`;
      const half = pen.measureText(text).width / 2;
      if (x >= left && x <= width) pen.fillText(text, Math.min(Math.max(x, left + half), width - half), LABEL_Y);
    }
  };
}
