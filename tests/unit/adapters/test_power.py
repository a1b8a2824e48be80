"""Whom a power switch sees in its process namespace, and who of them is the node."""

from pathlib import Path

import pytest

from services.adapters.power import OUTSIDE, SUPERVISOR, _is_of_a_node, _Process, _process

HELD = ["bash", "-c", "a script", SUPERVISOR, "python", "-m", "services", "replica"]
NODE = ["python", "-m", "services", "replica"]
CHECK = ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7000"]
PENDING = "0000000000000100"
NOTHING = "0000000000000000"


def shown(
    proc: Path, words: list[str], parent: int, state: str = "S (sleeping)", pending: str = NOTHING
) -> _Process:
    """The process that would have these entries in `/proc`."""
    path = proc / "17"
    path.mkdir()
    lines = [f"Name:\t{words[0]}", f"State:\t{state}", f"PPid:\t{parent}"]
    lines += [f"SigPnd:\t{NOTHING}", f"ShdPnd:\t{pending}"]
    (path / "status").write_text("\n".join(lines) + "\n")
    (path / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
    return _process(path)


@pytest.mark.parametrize(
    ("words", "parent", "supervises"),
    [
        (HELD, OUTSIDE, True),
        (HELD, 7, False),
        (NODE, 7, False),
        (NODE, OUTSIDE, False),
        (CHECK, OUTSIDE, False),
    ],
)
def test_only_the_first_process_of_a_container_is_spared(
    tmp_path: Path, words: list[str], parent: int, supervises: bool
) -> None:
    """A copy of it that is about to become a node is not."""
    assert shown(tmp_path, words, parent).supervises is supervises


@pytest.mark.parametrize(
    ("state", "pending", "doomed"),
    [("S (sleeping)", NOTHING, False), ("D (disk sleep)", PENDING, True), ("Z (zombie)", NOTHING, True)],
)
def test_who_has_ended_or_will_before_anything_else_is_doomed(
    tmp_path: Path, state: str, pending: str, doomed: bool
) -> None:
    assert shown(tmp_path, NODE, 7, state, pending).doomed is doomed


def test_a_health_check_beside_a_dead_node_is_no_node(tmp_path: Path) -> None:
    supervisor = _Process(7, OUTSIDE, supervises=True, doomed=False)
    check = _Process(8, OUTSIDE, supervises=False, doomed=False)
    node, shot = (_Process(9, 7, supervises=False, doomed=doomed) for doomed in (False, True))
    assert not [each for each in (supervisor, check, shot) if _is_of_a_node(each, [supervisor, check, shot])]
    assert _is_of_a_node(node, [supervisor, check, node])
    alone = _Process(9, OUTSIDE, supervises=False, doomed=False)
    assert _is_of_a_node(alone, [alone]), "in a container of an older file it is the first process"
