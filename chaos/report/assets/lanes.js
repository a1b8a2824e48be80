// Which lane is where: the faults on top, then a lane a node, then a lane a client process.
"use strict";
{
  const AXIS = 26;
  const FAULT = 18;
  const NODE = 24;
  const MOST_LANES = 60;
  const CLIENTS_HEIGHT = 380;
  const COMPARED_HEIGHT = 190; // where other runs stand below

  /** The layout of the timeline: `rows` with `kind`, `label`, `top`, `height`, and what is in them. */
  lab.layout = (drawing, operations) => {
    const rows = [];
    let top = AXIS;
    const add = (row, height, gap) => {
      rows.push({ ...row, top, height });
      top += height + gap;
    };
    for (const bands of stacked(drawing.bands)) add({ kind: "fault", label: "faults", bands }, FAULT, 2);
    top += 6;
    for (const node of [...drawing.replicas, ...drawing.others, ...drawing.gateways]) {
      const events = drawing.events.filter(([, name]) => name === node);
      const partition = drawing.partitions[node];
      const label = partition ? `${node} of p${partition}` : node;
      if (drawing.replicas.includes(node) || events.length) add({ kind: "node", label, node, events }, NODE, 4);
    }
    top += 8;
    const lanes = clientLanes(operations);
    const height = Math.max(4, Math.min(17, Math.floor((drawing.isCompared ? COMPARED_HEIGHT : CLIENTS_HEIGHT) / Math.max(1, lanes.length)) - 2));
    for (const lane of lanes) add({ kind: "client", ...lane }, height, height > 6 ? 2 : 1);
    return { rows, height: top + 6, axis: AXIS };
  };

  /** Faults that overlap go below each other. */
  function stacked(bands) {
    const rows = [];
    for (const band of bands) {
      const row = rows.find((others) => others.every((other) => other.to >= 0 && other.to <= band.from));
      if (row) row.push(band);
      else rows.push([band]);
    }
    return rows;
  }

  /** One lane a process. Where they are too many, one begins where another retired. */
  function clientLanes(operations) {
    const places = new Map();
    for (let place = 0; place < operations.count; place += 1) {
      if (operations.finals.has(place)) continue;
      const process = operations.columns.process[place];
      if (!places.has(process)) places.set(process, []);
      places.get(process).push(place);
    }
    const lanes = [...places].sort(([a], [b]) => a - b).map(([process, own]) => ({ label: `${process}`, places: own }));
    return lanes.length <= MOST_LANES ? lanes : packed(lanes, operations);
  }

  function packed(lanes, operations) {
    const shared = [];
    for (const lane of lanes) {
      const begin = operations.begin(lane.places[0]);
      const room = shared.find((other) => other.until <= begin);
      const last = operations.end(lane.places.at(-1));
      const until = last === Infinity ? operations.begin(lane.places.at(-1)) : last;
      if (room) Object.assign(room, { label: `${room.first}…`, places: [...room.places, ...lane.places], until });
      else shared.push({ ...lane, first: lane.label, until });
    }
    return shared;
  }
}
