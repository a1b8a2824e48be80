"""`./lab test`: the style, the types and the tests; with arguments of pytest, only those tests.

The whole runs in four lanes side by side. Tests of containers, and those of real processes, mostly wait.
Tests in virtual time and those that only calculate give the same result however little of a processor they
get, and those of pages are patient. So these two lanes take what the others leave over. `tests/lanes.py` says
which is which.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typer

from chaos.commands.proxy import PASS_ON

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
)

LANES = (
    *("--dist", "loadscope", "--no-loadscope-reorder"),
    *("--tx", "popen//id=processes", "--tx", "popen//id=containers"),
    *("--tx", "popen//id=patient", "--tx", "popen//id=pages"),
)


OWN_HELP = {**PASS_ON, "help_option_names": ["--help"]}  # pytest's has hundreds of lines


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("test", context_settings=OWN_HELP, options_metavar="[PYTEST ARGUMENTS]…")(test)


def test(context: typer.Context) -> None:
    """Run ruff, mypy and pytest; with arguments, only pytest with these.

    `--long` takes the tests of minutes as well, `--shard 2/5` only the second of five parts of it all.
    Any other argument is pytest's; `.venv/bin/python -m pytest --help` lists those.
    """
    if context.args == ["-h"]:  # no option of ours, else pytest's `-khealth` would be taken for it
        typer.echo(context.get_help())
        raise typer.Exit
    lanes = LANES if _is_whole(context.args) else ()
    with ThreadPoolExecutor() as pool:
        checks = [] if context.args else [pool.submit(_check, check) for check in CHECKS]
        code = _run(("pytest", *lanes, *context.args)).returncode
        failed = [text for check in checks if (text := check.result())]
    for text in failed:
        typer.echo(f"lab: not clean\n{text}", err=True)
    raise typer.Exit(code or bool(failed))


def _is_whole(arguments: Sequence[str]) -> bool:
    """Do these choose no tests of their own? Then there are enough for all lanes."""
    rest = [argument for argument in arguments if argument != "--long"]
    named = rest[0].startswith("--shard=") if len(rest) == 1 else rest[:1] == ["--shard"] and len(rest) == 2
    return not rest or named


def _check(module: Sequence[str]) -> str:
    """What is wrong, as the tool says it; empty if nothing is. It works beside the tests."""
    done = _run(module, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return f"{' '.join(module)}:\n{done.stdout}" if done.returncode else ""


def _run(module: Sequence[str], **more: Any) -> subprocess.CompletedProcess[Any]:
    """Run a tool of our own environment from the root; the tests find the packages there."""
    typer.echo(f"lab: {' '.join(module)}", err=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-m", *module], cwd=ROOT, env=environment, check=False, **more)
