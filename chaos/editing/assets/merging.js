// What becomes of a text on the screen while another one comes: functions of texts, and nothing else.
// Texts are lists of characters (code points), as the device counts them.
"use strict";

const characters = (text) => Array.from(text);

// The one place in which `to` differs from `from`: so many characters erased, and these inserted.
function difference(from, to) {
  let at = 0, end = 0;
  while (at < from.length && at < to.length && from[at] === to[at]) at += 1;
  while (end < from.length - at && end < to.length - at && from.at(-1 - end) === to.at(-1 - end)) end += 1;
  return { at, erase: from.length - at - end, insert: to.slice(at, to.length - end) };
}

// What a place in the text before a difference is after it.
function moved(place, change) {
  if (place <= change.at) return place;
  if (place >= change.at + change.erase) return place + change.insert.length - change.erase;
  return change.at + change.insert.length;
}

// `theirs` with what made `mine` of `from` done to it as well: what I erased is gone, wherever it stands there,
// and what others inserted stays, even in the middle of that.
function merged(from, mine, theirs) {
  const own = difference(from, mine), other = difference(from, theirs);
  const shift = other.insert.length - other.erase;
  const stays = (place) => {
    if (place >= other.at && place < other.at + other.insert.length) return true;
    const before = place < other.at ? place : place - shift;
    return before < own.at || before >= own.at + own.erase;
  };
  const at = moved(own.at, other), kept = (text, first) => text.filter((_, n) => stays(first + n));
  return [...kept(theirs.slice(0, at), 0), ...own.insert, ...kept(theirs.slice(at), at)];
}
