// Where everything stands on the map: pure functions of who there is.

export const BOX = { width: 160, height: 78 };
const WIDTH = 860;

/** Width, height, a point for each node, and a frame for each datacenter. */
export function layout(picture) {
  const named = new Map(picture.nodes.map((node) => [node.name, node]));
  const placed = picture.places.filter((place) => place.nodes.some((name) => named.has(name)));
  return placed.length ? inPlaces(placed, named) : inRows(picture.nodes);
}

// With more than three replicas they stand in a ring; these numbers leave every link bare on half of its length.
const FEW = { width: WIDTH, middle: 200, wide: WIDTH / 2 - 110, high: 105, below: 140, doors: null, aside: 0, turned: 0 };
const MANY = { ...FEW, middle: 290, wide: WIDTH / 2 - 95, high: 130, below: 110, turned: 0.5 };
const VERY_MANY = { width: 1060, middle: 363, wide: 435, high: 197, below: 144, doors: 242, aside: 260, turned: 0.5 };

function inRows(nodes) {
  const of = (...kinds) => nodes.filter((node) => kinds.includes(node.kind));
  const [doors, replicas, others] = [of("gateway"), of("replica"), of("controller", "device", "companion")];
  const points = new Map();
  const form = replicas.length > 7 ? VERY_MANY : replicas.length > 3 ? MANY : FEW;
  const { width, below, aside } = form;
  const high = form.high + (form === MANY ? 8 * Math.max(0, replicas.length - 5) : 0);
  const edge = form.doors && doors.length === 2 ? width / 2 - 3 * form.doors : 0; // so that two stand so far from the middle
  row(points, doors, edge, width - edge, 50);
  const middle = { x: width / 2, y: form.middle };
  replicas.forEach((node, at) => points.set(node.name, around(middle, form.wide, high, angle(at, replicas.length, form.turned))));
  const height = middle.y + high + below + 50;
  row(points, others, others.length === 1 ? 2 * aside : 0, width, height - 50);
  return { width, height, points, frames: [] };
}

function angle(at, count, turned) {
  if (count === 1) return Math.PI / 2;
  return count > 3 ? (2 * Math.PI * (at + turned)) / count - Math.PI / 2 : Math.PI - (Math.PI * at) / (count - 1);
}

function around(middle, wide, high, turned) {
  return { x: middle.x + wide * Math.cos(turned), y: middle.y + high * Math.sin(turned) };
}

function row(points, nodes, from, to, y) {
  nodes.forEach((node, at) => points.set(node.name, { x: from + ((to - from) * (at + 1)) / (nodes.length + 1), y }));
}

/** A column for each datacenter: its gateways on top, its replicas below; everybody else in a row at the bottom. */
function inPlaces(places, named) {
  const points = new Map(), frames = [];
  const wide = Math.max(WIDTH, places.length * (BOX.width + 60)) / places.length;
  let deepest = 0;
  const columns = places.map((place) => place.nodes.map((name) => named.get(name)).filter(Boolean));
  columns.forEach((nodes, at) => {
    const ordered = [...nodes.filter((node) => node.kind !== "replica"), ...nodes.filter((node) => node.kind === "replica")];
    // Every other one a little to the side, so that the lines between them do not lie on each other.
    ordered.forEach((node, down) => {
      const aside = ordered.length > 2 ? (down % 2 ? 1 : -1) * (wide - BOX.width - 50) / 4 : 0;
      points.set(node.name, { x: wide * (at + 0.5) + aside, y: 80 + down * 115 });
    });
    deepest = Math.max(deepest, 80 + (ordered.length - 1) * 115);
  });
  places.forEach((place, at) =>
    frames.push({ name: place.name, x: wide * at + 10, y: 6, width: wide - 20, height: deepest + 55 }));
  const others = [...named.values()].filter((node) => !points.has(node.name));
  const width = wide * places.length;
  row(points, others, 0, width, deepest + 135);
  return { width, height: deepest + (others.length ? 185 : 75), points, frames };
}
