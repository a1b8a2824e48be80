// Whose colour: that of an epoch where one node leads in it, else that of the node.
"use strict";
{
  const COUNT = 6;

  class Colours {
    constructor({ replicas, others, partitions, lives }) {
      this.partitions = partitions;
      this.nodes = [...replicas, ...others];
      this.ofEpochs = !sharesAnEpoch(lives, partitions);
    }

    /** The colour of what `node` is and does in `epoch`; its lane and what it acknowledged have the same. */
    of(node, epoch) {
      if (this.ofEpochs && epoch > 0) return lab.epochColour(epoch, this.partitions[node]);
      const place = this.nodes.indexOf(node);
      return lab.colour(place < 0 ? "soft" : `epoch-${(place + 1) % COUNT}`);
    }

    /** Who that is, in words. */
    name(node, epoch) {
      return epoch > 0 ? `${node}, epoch ${epoch}` : node;
    }
  }

  /** Among several leaders each datacenter counts epochs of its own, so their numbers tell nobody apart. */
  function sharesAnEpoch(lives, partitions) {
    const leaders = new Map();
    for (const [node, spans] of Object.entries(lives))
      for (const [, state, epoch] of spans) {
        if (state !== "leader" || epoch === null) continue;
        const key = `${partitions[node] ?? 1}/${epoch}`;
        if ((leaders.get(key) ?? node) !== node) return true;
        leaders.set(key, node);
      }
    return false;
  }

  lab.Colours = Colours;
}
