// The merged log, with faults by hand among the lines of the nodes.

import { byId, element } from "./dom.js";

const MOST = 600;

export class Log {
  /** `tellTime` puts the seconds of a line into words. */
  constructor(tellTime = clock) {
    this.tellTime = tellTime;
    this.list = byId("lines");
    this.node = byId("log-node");
    this.notable = byId("log-notable");
    this.known = new Set();
    for (const control of [this.node, this.notable]) control.addEventListener("change", () => this.filter());
  }

  clear() {
    this.list.replaceChildren();
  }

  add(lines) {
    const isAtEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    for (const line of lines) {
      if (!this.known.has(line.node)) this.offer(line.node);
      const item = element("li", { class: `line line-${line.kind}`, "data-of": line.node }, element("time", {}, this.tellTime(line.time_s)), element("b", {}, line.node), element("span", {}, line.text));
      item.hidden = !this.shows(item);
      this.list.append(item);
    }
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
    if (isAtEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  offer(node) {
    this.known.add(node);
    this.node.append(element("option", { value: node }, node));
  }

  shows(item) {
    const isWanted = !this.node.value || item.dataset.of === this.node.value;
    return isWanted && (!this.notable.checked || !item.classList.contains("line-plain"));
  }

  filter() {
    for (const item of this.list.children) item.hidden = !this.shows(item);
    this.list.scrollTop = this.list.scrollHeight;
  }
}

function clock(seconds) {
  const at = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}
