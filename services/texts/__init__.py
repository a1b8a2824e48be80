"""Texts that several people edit at once: what their edits come to, as plain functions on edits.

| file | the idea |
|---|---|
| `splices.py` | operational transformation: an edit says *where*, and earlier edits transform it |
| `drafts.py` | an editor's own edits that are not in the order yet |
| `sequence.py` | a replicated data type: an edit says *next to what*, and never has to change |

Nothing here knows about networks, disks or time.
"""
