// A film at any of its moments: pure functions of what was recorded, so going back shows exactly what was there.

const HARDLY_MS = 0.0005; // times are rounded to a thousandth

export class Moments {
  constructor(film) {
    this.film = film;
    this.frames = film.frames;
    this.lines = film.lines;
    this.held = film.held.map(([at_ms, node, key, words]) => ({ at_ms, node, key, words }));
    this.keys = [...new Set(this.held.map((each) => each.key))];
    this.flights = film.flights
      .map(([source, target, left, came, kind, isReply]) => ({ source, target, left, came, kind, isReply }))
      .sort((a, b) => a.left - b.left);
    this.longest = Math.max(0, ...this.flights.map((each) => each.came - each.left));
  }

  /** How many of `list` are there by then; it is in the order of `time`. */
  static count(list, at_ms, time) {
    let low = 0, high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (time(list[middle]) <= at_ms + HARDLY_MS) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  frameAt(at_ms) {
    return Math.max(0, Moments.count(this.frames, at_ms, (frame) => frame.at_ms) - 1);
  }

  picture(number) {
    const { film } = this, frame = this.frames[number];
    return {
      ...film,
      ...frame,
      nodes: frame.nodes.map((at) => film.nodes[at]),
      wires: frame.wires.map((at) => film.wires[at]),
    };
  }

  linesUntil(at_ms) {
    return Moments.count(this.lines, at_ms, (line) => line.time_s * 1000);
  }

  heldUntil(at_ms) {
    return Moments.count(this.held, at_ms, (each) => each.at_ms);
  }

  /** Which key was written last, of the first so many changes. */
  newestKey(count) {
    return count ? this.held[count - 1].key : "";
  }

  /** What each replica holds under `key` after the first so many changes. */
  values(key, count) {
    const values = key ? Object.fromEntries(this.film.replicas.map((node) => [node, "nothing"])) : {};
    for (let at = 0; at < count; at += 1) if (this.held[at].key === key) values[this.held[at].node] = this.held[at].words;
    return values;
  }

  /** Messages that are seen at that moment; each for `linger` at least. */
  flying(at_ms, linger) {
    const from = Moments.count(this.flights, at_ms - Math.max(linger, this.longest), (each) => each.left);
    const found = [];
    for (let at = from; at < this.flights.length && this.flights[at].left <= at_ms; at += 1) {
      const flight = this.flights[at];
      const isLost = flight.came < 0;
      const part = (at_ms - flight.left) / Math.max(isLost ? 0 : flight.came - flight.left, linger, 0.001);
      if (part <= 1) found.push({ flight, isLost, part: isLost ? part / 2 : part });
    }
    return found;
  }
}
