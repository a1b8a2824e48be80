"""The command line: one application, one exit code for each way in which it can end.

Wrong usage is 2, as everywhere; a lab that cannot run at all is 4, so that nobody takes it for a verdict.
What the system refuses is one line as well: what it is about, and what helps.
"""

import errno
import os
import platform
import sys
import tomllib
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from chaos.catalogue.discover import BrokenScenarioError
from chaos.catalogue.names import UnknownNameError
from chaos.cluster import ClusterError, WrongUsageError
from chaos.commands import completion
from chaos.commands.misuse import in_a_line
from chaos.commands.on_demand import Commands
from chaos.judging.verdict import COULD_NOT_RUN, INTERRUPTED, WRONG_USAGE
from chaos.runtimes.ending import like_ctrl_c

ROOT = Path(__file__).resolve().parents[1]
TRACEBACK = "LAB_TRACEBACK"  # the environment variable by which one asks for all of it

app = typer.Typer(
    cls=Commands,
    help="Every idea of data replication, running, broken on purpose, and judged from what clients saw.",
    no_args_is_help=True,
    add_completion=False,  # `./lab completion` has it, for a command that is called by its path
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        typer.echo(f"{project['name']} {project['version']} (Python {platform.python_version()})")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which one this is.")
    ] = False,
) -> None:
    pass


REMEDIES = {
    errno.EMFILE: "this shell allows too few open files; `ulimit -n 1024` allows more",
    errno.ENFILE: "the whole system has too many files open; close some programs",
    errno.ENOSPC: "make room there",
    errno.ENOENT: "nothing can be made there; name a folder that there is, or one that can be made",
    errno.ENOTDIR: "a part of that path is a file; name another folder",
    errno.EROFS: "nothing can be written there; `--out` puts runs elsewhere, LAB_STATE what `./lab up` keeps",
}
REMEDIES |= dict.fromkeys((errno.EACCES, errno.EPERM), REMEDIES[errno.EROFS])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    for argument in given:
        if any("\ud800" <= character <= "\udfff" for character in argument):  # so Python keeps odd bytes
            return _complain(f"the argument {os.fsencode(argument)!r} is not UTF-8", WRONG_USAGE)
    with like_ctrl_c() as ending:
        return ending.exit_code(_run(given))


def _run(arguments: Sequence[str]) -> int:
    if completion.VARIABLE in os.environ:
        completion.prepare()
    try:
        code = app(arguments, prog_name="./lab", complete_var=completion.VARIABLE, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        return _misused(error)
    except SystemExit as end:
        return _complain(end.code, COULD_NOT_RUN) if isinstance(end.code, str) else end.code or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except (UnknownNameError, WrongUsageError) as error:
        return _complain(error, WRONG_USAGE)
    except (ClusterError, BrokenScenarioError) as error:
        return _complain(error, COULD_NOT_RUN)
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0)
        return _complain(f"{error}; {remedy}" if remedy else error, COULD_NOT_RUN)
    except Exception as error:  # a defect: one line, and never a code that means a verdict
        if os.environ.get(TRACEBACK):
            traceback.print_exception(error)
        return _complain(_crash(error), COULD_NOT_RUN)


def _misused(error: typer.TyperException) -> int:
    if "\n" in (text := error.format_message()):  # a group of commands without a command: all of its help
        print(text, file=sys.stderr)
        return WRONG_USAGE
    return _complain(in_a_line(error), WRONG_USAGE)


def _crash(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(f"{type(error).__name__}: {error}".split())
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return f"crashed: {text} ({where}); that is a defect of the lab, and {TRACEBACK}=1 shows more of it"


def run_scenario(scenario_id: str) -> None:
    """The end of a scenario's file: what makes it a script. Takes the options of `./lab run`."""
    sys.exit(main(["run", scenario_id, *sys.argv[1:]]))


def _complain(error: object, code: int) -> int:
    print(f"lab: {error}", file=sys.stderr)
    return code
