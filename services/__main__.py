"""`python -m services replica|controller|gateway|health`: one node, or a look whether it is alive."""

import os
import sys

from services.adapters.health import check
from services.adapters.lease import end_with_stdin

ROLES = ("replica", "controller", "gateway")


def main(arguments: list[str]) -> int:
    """The exit code. A node's imports wait until they are needed: the health check has 60 ms."""
    if arguments == ["health"]:
        return check()
    if len(arguments) != 1 or arguments[0] not in ROLES:
        print(f"usage: python -m services {'|'.join(ROLES)}|health", file=sys.stderr)
        return 2
    if os.environ.get("LAB_LEASE_STDIN") == "1":
        end_with_stdin()
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] # structlog would load it: 7 MB, 40 ms
    from services.adapters.serve import run

    return run(arguments[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
