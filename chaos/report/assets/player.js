// Plays the map like a film: time goes on by itself, at any speed, from wherever one drags it to.
"use strict";
{
  const LINGER_US = 300_000; // of the reader's own time; so long a message flies at least
  const STEP_US = 1000; // of the slider, and of its keys
  const LONGEST_FRAME_MS = 100; // who looked at another tab in between has missed nothing

  class Player {
    /** Buttons and slider are in the first of the `sections`; the space bar works in all of them. */
    constructor([section, ...others], view, stages) {
      Object.assign(this, { view, stages, isPlaying: false, shownAt: 0 });
      this.button = section.querySelector("[data-play]");
      this.speed = section.querySelector(".speed");
      this.scrub = section.querySelector(".scrub");
      this.clock = section.querySelector(".clock");
      this.scrub.step = STEP_US;
      this.scrub.min = Math.floor(view.first / STEP_US) * STEP_US;
      this.scrub.max = Math.ceil(view.last / STEP_US) * STEP_US;
      this.button.addEventListener("click", () => this.toggle());
      this.scrub.addEventListener("input", () => view.look(Math.min(Number(this.scrub.value), view.last)));
      this.speed.addEventListener("change", () => this.stretch());
      for (const each of [section, ...others]) each.addEventListener("keydown", (event) => this.key(event));
      view.onChange((what) => what === "cursor" && this.follow());
      this.follow();
    }

    /** Seconds of the run in a second of the reader's. */
    get factor() {
      return Number(this.speed.value);
    }

    key(event) {
      if (event.key !== " " || event.target.closest("button, input, select")) return;
      this.toggle();
      event.preventDefault();
    }

    follow() {
      this.scrub.value = this.view.cursor ?? 0;
      const at = this.view.cursor ?? 0;
      const text = this.view.zero ? lab.sinceZero(at - this.view.zero) : lab.seconds(at);
      this.scrub.setAttribute("aria-valuetext", text);
      this.clock.textContent = text;
    }

    toggle() {
      if (!this.isPlaying && this.view.cursor >= this.view.last) this.view.look(this.view.first);
      this.isPlaying = !this.isPlaying;
      this.button.textContent = this.isPlaying ? "‖ Pause" : "▶ Play";
      this.clock.setAttribute("aria-live", this.isPlaying ? "off" : "polite");
      this.stretch();
      this.shownAt = performance.now();
      if (this.isPlaying) requestAnimationFrame((now) => this.frame(now));
    }

    /** While time goes on, messages are seen for longer than they took. */
    stretch() {
      for (const stage of this.stages) {
        stage.linger = this.isPlaying ? LINGER_US * this.factor : 0;
        stage.redraw();
      }
    }

    frame(now) {
      if (!this.isPlaying) return;
      const passed_ms = Math.min(Math.max(now - this.shownAt, 0), LONGEST_FRAME_MS);
      this.shownAt = now;
      const at = Math.min(Math.round((this.view.cursor ?? 0) + passed_ms * 1000 * this.factor), this.view.last);
      this.view.reveal(at, at);
      this.view.look(at);
      if (at >= this.view.last) this.toggle();
      else requestAnimationFrame((next) => this.frame(next));
    }
  }

  lab.Player = Player;
}
