"""Where nodes meet the real world: HTTP, files, clocks, processes. Nothing else imports these."""

import sys

# httpx brings a command-line program along, whose libraries (click, rich, pygments) are a quarter of what a
# node loads before it answers. Where they are missing it does without, so here they are.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None: importing it fails
