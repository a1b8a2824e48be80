// What all drawings of one run share: the span of time in sight, the moment looked at, the operations picked.
"use strict";
{
  const SHORTEST_US = 500;
  const MARGIN = 0.06;

  class View {
    constructor(end) {
      this.end = Math.max(end, 1000);
      this.bound(0, this.end);
      this.zero = 0; // where the axis begins to count
      this.from = 0;
      this.to = this.end;
      this.cursor = null;
      this.picked = new Set();
      this.listeners = [];
    }

    /** What may be looked at is between these: the run, and beside others as much as is known of any of them. */
    bound(first, last) {
      this.first = first;
      this.last = last;
    }

    /** Call `listener` with the name of what changed: span, cursor or picked. */
    onChange(listener) {
      this.listeners.push(listener);
    }

    tell(what) {
      for (const listener of this.listeners) listener(what);
    }

    /** The pixel of `time` on a drawing that shows what is in sight from pixel `left` to `right`. */
    x(time, left, right) {
      return left + ((time - this.from) / (this.to - this.from)) * (right - left);
    }

    /** Bring [from, to] into sight, as far as the run goes. */
    show(from, to) {
      const whole = this.last - this.first;
      const length = Math.min(Math.max(to - from, SHORTEST_US), whole * (1 + 2 * MARGIN));
      const middle = (from + to) / 2;
      const lowest = this.first - whole * MARGIN;
      const highest = this.last + whole * MARGIN - length;
      this.from = Math.min(Math.max(middle - length / 2, lowest), Math.max(lowest, highest));
      this.to = this.from + length;
      this.tell("span");
    }

    /** The same with some room on both sides. */
    showAround(from, to) {
      const room = Math.max((to - from) * MARGIN, (this.last - this.first) * 0.01);
      this.show(from - room, to + room);
    }

    /** Make sure that [from, to] is in sight; what is in sight already stays where it is. */
    reveal(from, to) {
      if (from >= this.from && to <= this.to) return;
      if (to - from <= this.to - this.from) {
        const length = this.to - this.from;
        const middle = (from + to) / 2;
        this.show(middle - length / 2, middle + length / 2);
      } else {
        this.showAround(from, to);
      }
    }

    zoom(factor, at = (this.from + this.to) / 2) {
      this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
    }

    /** Move by that part of what is in sight. */
    move(part) {
      const by = (this.to - this.from) * part;
      this.show(this.from + by, this.to + by);
    }

    look(at) {
      if (at === this.cursor) return;
      this.cursor = at;
      this.tell("cursor");
    }

    pick(places) {
      this.picked = new Set(places);
      this.tell("picked");
    }
  }

  /** Let wheel, pointer and keys move `view` on `canvas`, whose times begin at pixel `left`. */
  function steer(canvas, view, left, { onClick, onHover }) {
    const timeAt = (x) => view.from + ((x - left) / (canvas.clientWidth - left)) * (view.to - view.from);
    let pressed = null;

    canvas.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(event.deltaY / 300), timeAt(event.offsetX));
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        view.move((event.deltaX || event.deltaY) / 1000);
      else return;
      event.preventDefault();
    }, { passive: false });

    canvas.addEventListener("pointerdown", (event) => {
      pressed = { x: event.offsetX, from: view.from, to: view.to, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!pressed) return onHover(event.offsetX, event.offsetY, timeAt(event.offsetX));
      const by = ((pressed.x - event.offsetX) / (canvas.clientWidth - left)) * (pressed.to - pressed.from);
      pressed.moved ||= Math.abs(pressed.x - event.offsetX) > 3;
      if (pressed.moved) view.show(pressed.from + by, pressed.to + by);
    });
    canvas.addEventListener("pointerup", (event) => {
      const time = Math.round(Math.max(view.first, Math.min(timeAt(event.offsetX), view.last)));
      if (pressed && !pressed.moved) onClick(event.offsetX, event.offsetY, time);
      pressed = null;
    });
    canvas.addEventListener("pointerleave", () => onHover(-1, -1, null));
    canvas.addEventListener("dblclick", (event) => view.zoom(0.4, timeAt(event.offsetX)));
    canvas.addEventListener("keydown", (event) => {
      const keys = {
        "+": () => view.zoom(0.6), "=": () => view.zoom(0.6), "-": () => view.zoom(1 / 0.6),
        ArrowLeft: () => view.move(-0.15), ArrowRight: () => view.move(0.15),
        Home: () => view.showAround(view.first, view.last), Escape: () => view.pick([]),
      };
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      keys[event.key]();
      event.preventDefault();
      event.stopPropagation();
    });
  }

  lab.View = View;
  lab.steer = steer;
}
