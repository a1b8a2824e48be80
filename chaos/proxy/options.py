"""The options of the proxy as a program: those of `toxiproxy-server`, written in its way or in ours.

Go's programs take `-port=8474`, `-port 8474` and both with two dashes, and a switch may be told its
value (`-proxy-metrics=false`). Whatever starts the Go server (containers, test suites) starts this.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# The words of Go's strconv.ParseBool.
TRUE = ("1", "t", "T", "TRUE", "true", "True")
FALSE = ("0", "f", "F", "FALSE", "false", "False")


@dataclass(frozen=True)
class Options:
    """Where the API listens (port 0: any free one), and what the proxy starts with."""

    host: str = "127.0.0.1"
    port: int = 8474
    config: Path | None = None  # Toxiproxy's JSON list of proxies
    seed: int | None = None  # None: drawn, and printed
    metrics: bool = False
    runtime_metrics: bool = False
    allow_hosts: tuple[str, ...] = ()
    lease_stdin: bool = False
    version: bool = False


def parsed(arguments: Sequence[str] | None) -> Options:
    """The options in `arguments` (None: the process's own). Wrong ones end the process with code 2."""
    given = vars(_parser().parse_args(arguments))
    return Options(**{**given, "allow_hosts": tuple(given["allow_hosts"])})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chaos.proxy", description="A link proxy with Toxiproxy's API.", allow_abbrev=False
    )
    add = parser.add_argument
    add("--host", "-host", default=Options.host, help="where the API listens (%(default)s)")
    add("--port", "-port", type=_port, default=Options.port, help="0: any free one (%(default)s)")
    add("--config", "-config", type=_file, help="JSON file with proxies to create at the start")
    add("--seed", "-seed", type=int, help="of every random draw; drawn and printed if not given")
    _switch(parser, "--metrics", "--proxy-metrics", "-proxy-metrics", help="serve the proxies' /metrics")
    _switch(parser, "--runtime-metrics", "-runtime-metrics", help="serve this process's own /metrics")
    _switch(parser, "--version", "-version", help="print the version and exit")
    add(
        "--allow-host",
        dest="allow_hosts",
        action="append",
        default=[],
        metavar="NAME",
        help="a further host name by which clients may call the API; may be repeated",
    )
    add("--lease-stdin", action="store_true", help="exit when standard input ends")
    return parser


def _switch(parser: argparse.ArgumentParser, *names: str, help: str) -> None:
    parser.add_argument(*names, type=_truth, nargs="?", const=True, default=False, help=help)


def _truth(word: str) -> bool:
    if word not in (*TRUE, *FALSE):
        raise argparse.ArgumentTypeError(f"{word!r} is neither true nor false")
    return word in TRUE


def _port(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) < 65536):
        raise argparse.ArgumentTypeError(
            f"{word!r} is no port; take one from 1 to 65535, or 0 for any free one"
        )
    return int(word)


def _file(word: str) -> Path | None:
    return Path(word) if word else None  # Go's own default is no name at all
