"""The house rules as a test, like TigerBeetle's `tidy.zig`: who may import whom, and what is too long.

The import rule is what lets one code base run in containers, as processes and in a simulation: whoever
cannot reach a socket or a clock cannot depend on one.
"""

import ast
from collections.abc import Iterable, Iterator

import pytest

from services.families import FAMILIES, module_name
from tests.repository import ROOT, files

LONGEST_FILE, LONGEST_FUNCTION = 300, 50

SHARED = {
    *("services.store", "services.sql", "services.versions", "services.groups", "services.messages"),
    *("services.settings", "services.ports", "services.errors", "services.family", "services.node"),
    *("services.bell", "services.trouble", "services.replies", "services.lease_clock", "services.loading"),
    *("services.texts", "services.working"),
}
SHELL_ROOMS = ("shell", "replica", "gateway", "controller", "device", "standing_by")
SHELLS = {f"services.{name}" for name in SHELL_ROOMS}
# A datacenter of several leaders is a single-leader group.
USES = {"multi-leader": {"services.single_leader"}}


def family_may_import(name: str) -> set[str]:
    """What all families share, and its own room: no other family, and no shell."""
    return SHARED | {f"services.{module_name(name)}"} | USES.get(name, set())


# Where a folder may take its imports from, of our own packages. The longest folder that fits counts.
MAY_IMPORT = {
    "services": {"services"},
    "chaos": {"chaos", "services"},
    "chaos/checkers": {"chaos.checkers", "chaos.history", "chaos.judging.verdict"},
    "chaos/faults": {"chaos.faults", "chaos.cluster"},
    "chaos/workloads": {"chaos.workloads", "chaos.recording.recorder", "chaos.history", "services.ports"},
    "scenarios": {"scenarios", "chaos"},
    # What every family may use, and so knows no family and no shell.
    **dict.fromkeys(
        ("services/store", "services/sql", "services/texts", "services/versions", "services/groups"), SHARED
    ),
    **dict.fromkeys(
        ("services/replica", "services/gateway", "services/controller", "services/device"), SHARED | SHELLS
    ),
    **{f"services/{module_name(name)}": family_may_import(name) for name in FAMILIES},
}
# Doors to the outside world, and who may open them.
DOORS = {
    *("socket", "ssl", "selectors", "signal", "subprocess", "multiprocessing", "threading", "concurrent"),
    *("fastapi", "starlette", "uvicorn", "uvloop", "httpx", "requests"),
    *("docker", "toxiproxy", "tempfile", "urllib.request", "http.client", "http.server"),
}
DOORKEEPERS = (
    *("services/adapters/", "services/__main__.py", "chaos/runtimes/", "chaos/proxy/"),
    *("chaos/images/", "chaos/commands/", "chaos/cli.py", "chaos/commands/examining.py", "bootstrap/"),
    *("chaos/editing/", "chaos/page/", "chaos/web/"),
)
# Whatever runs in the simulation: all of it but the doors, and what starts runs or shows what came of them.
REAL = (
    *(*DOORKEEPERS, "chaos/__main__.py", "chaos/by_hand/", "chaos/sessions/session.py", "chaos/report/"),
    "chaos/runtimes/",
    "chaos/runtimes/simulated/outside.py",  # looks out for the real world, and so has to name it
)
# What would make two runs of one seed differ: the time of day, chance without a seed, the order of a set.
UNREPEATABLE = {
    *("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom", "os.getpid"),
    *("asyncio.TaskGroup", "asyncio.wait", "asyncio.all_tasks", "asyncio.as_completed"),
    *("asyncio.to_thread", "asyncio.run", "loop.run_in_executor"),
}
BY_ENV = {"asyncio.sleep", "asyncio.create_task", "asyncio.ensure_future"}  # a node has ports for these
CHANCE, TYPES = ("random", "secrets", "uuid"), ("random.Random", "uuid.UUID")
DIFFERENT_EACH_TIME = {"hash", "id", "Random", "SystemRandom"}  # when called, `Random` without a seed
# In parts, so that this file may name them.
UNSPEAKABLE = tuple(
    "".join(parts)
    for parts in (
        *(("/wo", "rk/"), ("/ro", "ot/"), ("pypi", ".org"), ("python", "hosted"), ("npm", "js.org")),
        *(("proxy.go", "lang"), ("crates", ".io"), ("deb.deb", "ian.org"), ("maven", ".org")),
    )
)


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """The Python files under `folders` (everywhere without any), parsed."""
    for name in files():
        if name.endswith(".py") and (not folders or name.startswith(folders)):
            yield name, ast.parse((ROOT / name).read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import; a name that is imported from a package counts with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def within(name: str, packages: Iterable[str]) -> bool:
    """True when the dotted `name` is one of `packages` or in one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def dotted(node: ast.Attribute) -> str:
    """`asyncio.sleep` for that attribute; only the last two names count."""
    owner = node.value
    last = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return f"{last}.{node.attr}"


def attributes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and `dotted` name of every attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, dotted(node)


def none(violations: Iterable[str]) -> None:
    """Fail with all of them, one a line."""
    listed = list(violations)
    assert not listed, "\n" + "\n".join(listed)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_go_one_way(folder: str) -> None:
    inner = tuple(f"{other}/" for other in MAY_IMPORT if other.startswith(f"{folder}/"))
    none(
        f"{name}:{line} imports {imported}; {folder} may import from {', '.join(sorted(MAY_IMPORT[folder]))}"
        for name, tree in sources(f"{folder}/")
        if not name.startswith(inner)
        for line, imported in imports(tree)
        if within(imported, ("services", "chaos", "scenarios", "tests", "benchmarks"))
        if not within(imported, MAY_IMPORT[folder])
    )


def rooms() -> dict[str, dict[str, str]]:
    """For each room (`chaos.running`) the rooms that it imports, each with a file that does."""
    found: dict[str, dict[str, str]] = {}
    for name, tree in sources("services/", "chaos/"):
        own = ".".join(name.removesuffix(".py").split("/")[:2])
        typed = {id(each) for node in ast.walk(tree) if _is_for_types(node) for each in ast.walk(node)}
        for node in ast.walk(tree):
            if id(node) in typed or not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            other = ".".join(node.module.split(".")[:2])
            if other != own and other.startswith(("services.", "chaos.")):
                found.setdefault(own, {}).setdefault(other, name)
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_no_rooms_import_each_other_in_a_circle() -> None:
    left = rooms()
    while leaves := [room for room, others in left.items() if not others.keys() & left.keys()]:
        for leaf in leaves:
            del left[leaf]
    none(
        f"{room} imports {other} ({name}), and is imported by it, be it by way of others"
        for room, others in left.items()
        for other, name in others.items()
        if other in left
    )


def test_only_the_doorkeepers_touch_the_outside_world() -> None:
    none(
        f"{name}:{line} imports {imported}, which only {', '.join(DOORKEEPERS)} may"
        for name, tree in sources("services/", "chaos/", "scenarios/")
        if not name.startswith(DOORKEEPERS)
        for line, imported in imports(tree)
        if within(imported, DOORS)
    )


def simulated_sources() -> Iterator[tuple[str, ast.Module]]:
    """What can run in virtual time, parsed."""
    for name, tree in sources("services/", "chaos/", "scenarios/"):
        simulated = name.startswith("chaos/runtimes/simulated/") or not name.startswith(REAL)
        if simulated and name not in REAL:
            yield name, tree


def test_nothing_simulated_depends_on_anything_but_its_seed() -> None:
    none(
        f"{name}:{line} uses {used}, which differs from run to run; services/ports.py has what is needed"
        for name, tree in simulated_sources()
        for line, used in [*attributes(tree), *imports(tree)]
        if used in UNREPEATABLE
    )


def test_nodes_get_time_and_tasks_from_their_ports() -> None:
    none(
        f"{name}:{line} uses {used}; take it from the node's Env (services/ports.py)"
        for name, tree in simulated_sources()
        if name.startswith("services/")
        for line, used in attributes(tree)
        if used in BY_ENV
    )


def test_chance_comes_from_the_seed() -> None:
    none(
        f"{name}:{line} imports {imported}; only {' and '.join(TYPES)} are needed, the rest is given"
        for name, tree in simulated_sources()
        for line, imported in imports(tree)
        if within(imported, CHANCE) and imported not in TYPES
    )
    none(
        f"{name}:{node.lineno} calls {node.func.id}(…), which is another one in each run"
        for name, tree in simulated_sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in DIFFERENT_EACH_TIME and not (node.func.id == "Random" and node.args)
    )


def test_files_are_short() -> None:
    none(
        f"{name} has {lines} lines; {LONGEST_FILE} are the most, so give a part of it a file of its own"
        for name in files()
        if name.endswith((".py", ".sh")) or name == "lab"
        if (lines := len((ROOT / name).read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    )


def test_functions_are_short() -> None:
    none(
        f"{name}:{node.lineno} {node.name} has {lines} lines; {LONGEST_FUNCTION} are the most"
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    )


def test_every_file_says_what_it_is_about() -> None:
    none(f"{name} has no docstring" for name, tree in sources() if tree.body and not ast.get_docstring(tree))


def test_nothing_names_a_machine_or_a_registry() -> None:
    none(
        f"{name}:{number} says {word!r}"
        for name in files()
        if not name.endswith((".whl", ".png", ".svg"))
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1)
        for word in UNSPEAKABLE
        if word in line
    )
