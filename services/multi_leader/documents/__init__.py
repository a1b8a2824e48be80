"""Documents that several people edit at once, each on a device; `documents` in the settings says how.

A document is a set of edits, and leaders unite sets: that is all that they do to share it. What differs is
what an edit is, and what text a set of edits comes to.

| `documents` | an edit is | who may type |
|---|---|---|
| `lock` | a splice in one order | one at a time, who holds the ordering leader's lock |
| `last-write-wins` | the whole text, in a register | everybody; of those who type at once, one |
| `operational-transformation` | a splice in one order | everybody; the ordering leader transforms |
| `crdt` | an element and its neighbour | everybody; nobody has to be asked |

| file | what it is |
|---|---|
| `texts.py` | what text a set of edits comes to |
| `keystrokes.py` | what a user may ask for |
| `orders.py` | the leader that puts edits into an order |
| `editor.py`, `writer.py`, `drafter.py`, `locker.py` | a user's side, on a device |
| `desk.py` | what a leader or a device has of all this |
"""
