"""Documents that several people edit at once, each on a device; `documents` in the settings says how.

A document is a set of edits, and leaders unite sets: that is all they do to share it. The ways differ in what
an edit is, and in what text a set of edits comes to.

| `documents` | an edit is | who may type |
|---|---|---|
| `lock` | a splice in one order | only the holder of the ordering leader's lock |
| `last-write-wins` | the whole text, in a register | everybody; of concurrent texts one survives |
| `operational-transformation` | a splice in one order | everybody; the ordering leader transforms |
| `crdt` | an element and its neighbour | everybody, without asking any leader |

| file | what it is |
|---|---|
| `texts.py` | what text a set of edits comes to |
| `keystrokes.py` | what a user may ask for |
| `orders.py` | the leader that puts edits into an order |
| `editor.py`, `writer.py`, `drafter.py`, `locker.py` | the user's side, on a device |
| `desk.py` | all of this, as a leader or a device uses it |
"""
