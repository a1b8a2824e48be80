// The reader's own clock over the film: play, pause, step to what happens next, back, and any moment by the slider.

import { byId, keep, set, setText, svg } from "./dom.js";

const LONGEST_FRAME_MS = 100; // who looked at another tab in between has missed nothing
const APART_MS = 0.01;

/** A moment of the run, for people. */
export function seconds(at_ms) {
  return `${(at_ms / 1000).toFixed(3)} s`;
}

export class Time {
  /** `show` is called with every moment at which the reader is. */
  constructor(show) {
    Object.assign(this, { show, at: 0, isPlaying: false, shownAt: 0, stops: [], ends: 1 });
    this.slider = byId("slider");
    byId("play").addEventListener("click", () => (this.isPlaying ? this.pause() : this.play()));
    byId("step").addEventListener("click", () => this.stepTo((this.stops.find((stop) => stop.at_ms > this.at + APART_MS) ?? { at_ms: this.ends }).at_ms));
    byId("back").addEventListener("click", () => this.stepTo((this.stops.findLast((stop) => stop.at_ms < this.at - APART_MS) ?? { at_ms: 0 }).at_ms));
    this.slider.addEventListener("input", () => this.stepTo(Number(this.slider.value)));
    byId("speed").addEventListener("change", () => this.go(this.at));
  }

  /** Milliseconds of the run in one of the reader's. */
  get speed() {
    return Number(byId("speed").value);
  }

  load(ends_ms, stopped_ms, at_ms) {
    Object.assign(this, { ends: ends_ms, stopped: stopped_ms });
    set(this.slider, { max: Math.ceil(ends_ms) });
    this.go(Math.min(at_ms, ends_ms));
  }

  /** Where one can stop, in the order of time. */
  mark(stops) {
    this.stops = stops;
    const wide = 1000, high = 16;
    set(byId("marks"), { viewBox: `0 0 ${wide} ${high}` });
    const x = (at_ms) => ((wide * at_ms) / this.ends).toFixed(2);
    const after = { key: "after", kind: "after" };
    const marks = [after, ...stops.map((stop, at) => ({ ...stop, key: `${at} ${stop.kind}` }))];
    keep(byId("marks"), marks, (mark) => mark.key, (mark) => svg(mark === after ? "rect" : "line"), (shape, mark) =>
      mark === after
        ? set(shape, { class: "after", x: x(this.stopped), y: 0, width: Math.max(0, wide - x(this.stopped)), height: high })
        : set(shape, { class: `mark mark-${mark.kind}`, x1: x(mark.at_ms), x2: x(mark.at_ms), y1: mark.kind === "request" ? 8 : 2, y2: high }));
  }

  stepTo(at_ms) {
    this.pause();
    this.go(at_ms);
  }

  go(at_ms) {
    this.at = Math.min(Math.max(0, at_ms), this.ends);
    const last = this.stops.findLast((stop) => stop.at_ms <= this.at + APART_MS);
    this.slider.value = this.at;
    const told = seconds(this.at);
    setText(byId("clock"), told);
    setText(byId("now"), last ? `${seconds(last.at_ms)}, ${last.text}` : this.at > APART_MS ? "Nothing has happened so far." : "The beginning.");
    set(this.slider, { "aria-valuetext": last && !this.isPlaying ? `${told}; ${last.text}` : told });
    this.show(this.at);
  }

  play() {
    if (this.at >= this.ends) this.go(0);
    this.isPlaying = true;
    setText(byId("play"), "‖ Pause");
    this.shownAt = performance.now();
    requestAnimationFrame((now) => this.frame(now));
  }

  pause() {
    this.isPlaying = false;
    setText(byId("play"), "▶ Play");
  }

  frame(now) {
    if (!this.isPlaying) return;
    const passed = Math.min(Math.max(now - this.shownAt, 0), LONGEST_FRAME_MS);
    this.shownAt = now;
    this.go(this.at + passed * this.speed);
    if (this.at >= this.ends) this.pause();
    else requestAnimationFrame((next) => this.frame(next));
  }
}
