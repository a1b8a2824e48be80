"""`python -m services ROLE` (or `switch`, or `health`): a node, its power switch, or a health check.

Imports wait until they are needed, because a health check must cost next to nothing.
"""

import os
import sys

SWITCH = "switch"


def main(arguments: list[str]) -> int:
    """Run it; returns the exit code."""
    if arguments == ["health"]:
        from services.adapters.health import check

        return check()
    from services.roles import ROLES

    if len(arguments) == 1 and arguments[0] in (*ROLES, SWITCH):
        return _serve(arguments[0])
    print(f"usage: python -m services {'|'.join(ROLES)}|{SWITCH}|health", file=sys.stderr)
    return 2


def _serve(role: str) -> int:
    from services.adapters.lease import end_with_stdin
    from services.settings import settings_from

    try:
        settings = settings_from(role)
    except ValueError as error:
        print(f"{role}: {error}", file=sys.stderr)
        return 2
    if os.environ.get("LAB_LEASE_STDIN") == "1":
        end_with_stdin()
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] # structlog would load it: 7 MB, 40 ms
    if role == SWITCH:
        from services.adapters.switch import run
    else:
        from services.adapters.serve import run
    return run(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
