"""What stands at the end of every `--help`: commands that somebody may copy, each of which runs."""

from collections.abc import Mapping

import typer

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "tour": ("./lab tour", "./lab tour --list", "./lab tour --from 8 --on local"),
    "list": ("./lab list", "./lab list --json"),
    "run": (
        "./lab run split-brain",
        "./lab run split-brain:unfenced --on sim --seed 7",
        "./lab run --all --on sim --quiet",
        "./lab run --schedule docs/examples/split-brain-by-hand.json --on sim --seed 1",
    ),
    "check": (
        "./lab check runs/latest",
        "./lab check history.jsonl --checker lost-write --checker stale-read",
    ),
    "report": (
        "./lab report split-brain:unfenced split-brain:lease",
        "./lab report --all",
    ),
    "sweep": (
        "./lab sweep split-brain --seeds 1..100",
        "./lab sweep lost-writes:async --random --seeds 1..50 --workers 2",
    ),
    "replay": ("./lab replay runs/latest",),
    "shrink": ("./lab shrink runs/latest",),
    "quorum-table": ("./lab quorum-table --n 3",),
    "tournament": ("./lab tournament --seed 1",),
    "logdiff": ("./lab logdiff", './lab logdiff "UPDATE accounts SET balance = balance + 1"'),
    "up": (
        "./lab up",
        "./lab up --nodes 5 --reads followers",
        "./lab up --replication n2=sync,n3=async",
        "./lab up --strategy leaderless --set w=2",
        "./lab up --like dynamo",
        "./lab up --spares 1",
    ),
    "down": ("./lab down",),
    "put": ("./lab put x 7", "./lab put x 7 --to n3"),
    "get": ("./lab get x", "./lab get x --from n3"),
    "load": ("./lab load", "./lab load --writes 20 --reads 80 --seconds 30"),
    "status": ("./lab status", "./lab status --watch"),
    "logs": ("./lab logs --follow", "./lab logs --node n1 --level notable"),
    "promote": ("./lab promote n2",),
    "handover": ("./lab handover", "./lab handover n2"),
    "join": ("./lab join", "./lab join n4"),
    "maintenance": ("./lab maintenance n1", "./lab maintenance n1 --over"),
    "replication": ("./lab replication n2=sync,n3=async", "./lab replication semi-sync"),
    "fault": ("./lab fault cut leader", "./lab fault heal"),
    "fault partition": ("./lab fault partition leader,g1",),
    "fault cut": ("./lab fault cut n1", "./lab fault cut n1 n2 --one-way"),
    "fault slow": ("./lab fault slow n2 --latency-ms 300",),
    "fault lose-reply": ("./lab fault lose-reply n1 n2",),
    "fault lose-request": ("./lab fault lose-request n1 n2",),
    "fault refuse": ("./lab fault refuse g1 n1",),
    "fault heal": ("./lab fault heal",),
    "fault kill": ("./lab fault kill leader",),
    "fault pause": ("./lab fault pause n2",),
    "fault resume": ("./lab fault resume n2",),
    "fault restart": ("./lab fault restart n2",),
    "fault upgrade": ("./lab fault upgrade n2", "./lab fault upgrade followers --minor"),
    "edit": ("./lab edit", "./lab edit --people 2"),
    "page": ("./lab page", "./lab page --port 8071", "./lab page --on sim split-brain:unfenced"),
    "proxy": ("./lab proxy --port 8474",),
    "compose": ("./lab compose --nodes 5",),
    "images": ("./lab images", "./lab images --offline"),
    "doctor": ("./lab doctor",),
    "new": ("./lab new scenario slow-friday",),
    "new scenario": ("./lab new scenario slow-friday",),
    "completion": ('eval "$(./lab completion bash)"', "./lab completion fish"),
    "test": ("./lab test", "./lab test tests/unit"),
}


def illustrate(app: typer.Typer, before: str = "") -> None:
    """Give every command of `app`, and of its groups, its examples."""
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__.replace("_", "-") if command.callback else "")
        command.epilog = _text(before + name)
    for group in app.registered_groups:
        assert group.typer_instance
        group.epilog = _text(f"{before}{group.name}")
        illustrate(group.typer_instance, f"{before}{group.name} ")


def _text(name: str) -> str:
    """A paragraph that keeps its lines; empty where there are no examples."""
    lines = "\n".join(f"  {line}" for line in EXAMPLES.get(name, ()))
    return f"\b\nFor example:\n{lines}" if lines else ""
