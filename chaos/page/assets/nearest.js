// Which link the mouse means.

/** The one of `wires` whose line between `points` is nearest to `event`, on the picture `root`. */
export function nearest(wires, points, root, event) {
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(root.getScreenCTM().inverse());
  const far = (wire) => distance(place, ...wire.dataset.ends.split(" ").map((end) => points.get(end)));
  return wires.reduce((best, wire) => (best && far(best) <= far(wire) ? best : wire), null);
}

/** From `place` to the nearest point between `a` and `b`. */
function distance(place, a, b) {
  const [wide, high] = [b.x - a.x, b.y - a.y];
  const along = ((place.x - a.x) * wide + (place.y - a.y) * high) / (wide * wide + high * high || 1);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(place.x - a.x - part * wide, place.y - a.y - part * high);
}
