"""A command costs what it needs: to ask for one loads no other, and no big library before it runs."""

import subprocess
import sys

import pytest

from chaos.cli import ROOT
from chaos.commands.on_demand import COMMANDS, registered_by

MODULES = tuple(dict.fromkeys(COMMANDS.values()))
BIG = ("docker", "fastapi", "httpx", "jinja2", "numpy", "requests", "rich", "structlog", "uvicorn")
LOADED = """
import sys
from chaos.commands.on_demand import COMMANDS, registered_by
import chaos.cli
print(*(name for name in sys.modules if name.startswith("chaos.commands.")))
for module in COMMANDS.values():
    registered_by(module)
print(*sys.modules)
"""


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_registers_is_listed(module: str) -> None:
    assert list(registered_by(module)) == [name for name in COMMANDS if COMMANDS[name] == module]


def test_nothing_is_loaded_before_it_is_needed() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    at_first, in_the_end = (set(line.split()) for line in told.splitlines())
    commands = {f"chaos.commands.{module}" for module in MODULES}
    assert at_first & commands == {"chaos.commands.completion"}  # which prepares the answer to a shell
    assert in_the_end & commands == commands
    assert not in_the_end.intersection(BIG)
