// The operations of a run, from the columns in the page: who did what, when, and what became of it.
"use strict";
{
  const OUTCOMES = { o: "ok", f: "fail", i: "info" };

  class Operations {
    /** `outcomes` are the words for what was not done, or may not be. */
    constructor(columns, outcomes) {
      this.columns = columns;
      this.outcomes = outcomes;
      this.count = columns.index.length;
      this.finals = new Set(columns.final);
      this.placeOfEvent = new Map();
      for (let place = 0; place < this.count; place += 1) {
        this.placeOfEvent.set(columns.index[place], place);
        if (columns.done[place] >= 0) this.placeOfEvent.set(columns.done[place], place);
      }
    }

    word(name, place) {
      const at = this.columns[name][place];
      return at < 0 ? null : this.columns.words[at];
    }

    outcome(place) {
      return OUTCOMES[this.columns.outcome[place]];
    }

    isRead(place) {
      return this.word("f", place) === "read";
    }

    begin(place) {
      return this.columns.begin[place];
    }

    /** When its end was recorded; infinite when it never ended. */
    end(place) {
      const end = this.columns.end[place];
      return end < 0 ? Infinity : end;
    }

    /** The operations to which these events belong, each once. */
    ofEvents(indexes) {
      return [...new Set(indexes.map((index) => this.placeOfEvent.get(index)).filter((p) => p !== undefined))];
    }

    /** For instance `x7=7`; short. */
    label(place) {
      const key = this.word("key", place);
      const value = this.columns.value[place];
      if (key === null) return value;
      return this.isRead(place) ? `${key}→${value}` : `${key}=${value}`;
    }

    /** Why it is not known to be done. */
    notDone(place) {
      const outcome = this.outcome(place);
      return `${this.outcomes.words[outcome]}: ${this.word("error", place) ?? this.outcomes.meaning[outcome]}`;
    }

    /** The whole story of one operation in a sentence. */
    sentence(place) {
      const { begin, end, process, value, epoch, index } = this.columns;
      const key = this.word("key", place);
      const what = this.isRead(place) ? "reads" : this.word("f", place) === "write" ? "writes" : this.word("f", place);
      const node = this.word("node", place);
      const who = this.finals.has(place) ? `The lab reads on ${node}` : `Process ${process[place]} ${what}`;
      const via = this.word("gateway", place);
      const assigned = this.isRead(place) ? "" : `${key === null ? "" : " ="} ${value[place]}`;
      const when = `from ${lab.seconds(begin[place])}${end[place] < 0 ? "" : ` to ${lab.seconds(end[place])}`}`;
      const of = node ? ` by ${node}${epoch[place] <= 0 ? "" : ` (epoch ${epoch[place]})`}` : "";
      const result = {
        ok: this.isRead(place) ? `answered ${value[place]}${of}` : `acknowledged${of}`,
      }[this.outcome(place)] ?? this.notDone(place);
      const at = via ? ` at ${via}` : "";
      const whole = this.finals.has(place) ? " the list of keys" : "";
      return `${who}${key === null ? whole : ` ${key}`}${assigned}${at}, ${when}: ${result}. [event ${index[place]}]`;
    }
  }

  lab.Operations = Operations;
}
