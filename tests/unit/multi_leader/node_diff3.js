// Random texts of distinct lines, merged by node-diff3; printed as JSON.
const { diff3Merge } = require('node-diff3');
let seed = 7;
const draw = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
const edited = (base, who) => {
  let next = 0;
  const text = [];
  for (const line of base) {
    const what = draw(6);
    if (what === 0) continue;
    if (what === 1) { text.push(`${who}${next++}`); continue; }
    if (what === 2) text.push(`${who}${next++}`);
    text.push(line);
  }
  if (draw(4) === 0) text.push(`${who}${next++}`);
  return text;
};
const cases = [];
for (let i = 0; i < 200; i++) {
  const base = [...Array(draw(9)).keys()].map((n) => `o${n}`);
  const ours = edited(base, 'a'), theirs = draw(9) === 0 ? [...ours] : edited(base, 'b');
  const merged = diff3Merge(ours, base, theirs, { excludeFalseConflicts: true })
    .map((part) => part.ok ? { ok: part.ok } : { ours: part.conflict.a, theirs: part.conflict.b });
  cases.push({ base, ours, theirs, merged });
}
process.stdout.write('[\n' + cases.map((c) => JSON.stringify(c)).join(',\n') + '\n]\n');
