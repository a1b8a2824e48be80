// The messages of a run, from the columns in the page: who asked whom, when it arrived, whether an answer came back.
"use strict";
{
  const KINDS = {
    clients: ["write", "read"],
    replication: ["append", "changes"],
    orders: null, // everything else: heartbeats, fencing, promotion, leases, routes
  };
  const IN_VAIN = ["timed-out", "connection-lost"];
  const LONGEST_REPLY_US = 2000;

  class Exchanges {
    constructor(columns) {
      this.columns = columns;
      this.count = columns.sent.length;
      this.idle = new Set(columns.idle);
    }

    word(name, place) {
      return this.columns.words[this.columns[name][place]];
    }

    group(place) {
      const kind = this.word("kind", place);
      return Object.keys(KINDS).find((name) => KINDS[name]?.includes(kind)) ?? "orders";
    }

    hasArrived(place) {
      return this.columns.arrived[place] >= 0;
    }

    wasAnswered(place) {
      return this.columns.answered[place] >= 0;
    }

    /** Whether the answer came back: who waited much longer than it travels, and ended so, waited in vain. */
    wasHeard(place) {
      const waited = this.columns.ended[place] - this.columns.answered[place];
      const isInVain = waited > LONGEST_REPLY_US && IN_VAIN.includes(this.word("outcome", place));
      return this.wasAnswered(place) && waited >= 0 && !isInVain;
    }

    isLost(place) {
      return !this.hasArrived(place) || !this.wasHeard(place);
    }

    /** The whole exchange in a sentence. */
    sentence(place) {
      const { sent, outcome } = this.columns;
      const when = (name) => (this.columns[name][place] < 0 ? `never ${name}` : `${name} ${lab.seconds(this.columns[name][place])}`);
      const who = `${this.word("kind", place)}: ${this.word("from", place)} → ${this.word("to", place)}`;
      const ended = outcome[place] < 0 ? "still waited for" : this.word("outcome", place);
      return `${who}, sent ${lab.seconds(sent[place])}, ${when("arrived")}, ${when("answered")}: ${ended}`;
    }
  }

  lab.Exchanges = Exchanges;
}
