"""Laws of versions: what is seen, what replaces what, and that nobody's order of hearing matters."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.messages.versions import NOTHING, Dot, Seen, Stamp, Version, Versions
from services.versions.merging import DottedVectors, LastWriteWins, Merging, PlainVectors, in_order
from services.versions.seen import as_context, from_context, has, includes, is_obsolete, joined, of_versions

NODES = ("n1", "n2", "n3")
dots = st.builds(Dot, st.sampled_from(NODES), st.integers(1, 6))
seens = st.lists(dots, max_size=8).map(lambda some: joined(NOTHING, NOTHING, *some))
DOTTED, PLAIN, LWW = DottedVectors(), PlainVectors(), LastWriteWins()
WAYS = [LWW, PLAIN, DOTTED]


@given(seens, seens, seens)
def test_joining_is_a_join(one: Seen, other: Seen, third: Seen) -> None:
    assert joined(one, other) == joined(other, one)
    assert joined(one, joined(other, third)) == joined(joined(one, other), third)
    assert joined(one, one) == one
    assert includes(joined(one, other), one)
    assert includes(one, other) == (joined(one, other) == one)


@given(st.lists(dots, max_size=8), dots)
def test_exactly_what_was_seen_was_seen(some: list[Dot], other: Dot) -> None:
    assert has(joined(NOTHING, NOTHING, *some), other) == (other in some)


@given(seens)
def test_a_client_carries_it_and_understands_nothing(seen: Seen) -> None:
    context = as_context(seen)
    assert from_context(context) == seen
    assert context.isascii()
    assert not set(context) & set(" \t")


@pytest.mark.parametrize("context", ["2.118", "{", '{"upto":{"n1":-1}}', "[]"])
def test_what_is_no_context_is_refused(context: str) -> None:
    with pytest.raises(LabError, match="a context is what an earlier answer"):
        from_context(context)


def history(merging: Merging, seed: int, steps: int = 25, clients: int = 4) -> list[dict[str, Versions]]:
    """What homes hold, step by step, while clients read and write there and homes hear others."""
    random, held, knows = Random(seed), dict.fromkeys(NODES, ()), dict.fromkeys(range(clients), NOTHING)
    homes: dict[str, Versions] = {**held}
    shown: list[dict[str, Versions]] = []
    for step in range(1, steps + 1):
        home, client = random.choice(NODES), random.randrange(clients)
        match random.choice(("read", "write", "hear")):
            case "read":
                knows[client] = of_versions(homes[home])
            case "write":
                version = Version(Stamp(step, f"c{client}"), step)
                homes[home] = merging.written(homes[home], version, knows[client], home)
            case "hear":
                homes[home] = merging.merged(homes[home], homes[random.choice(NODES)])
        shown.append({**homes})
    return shown


@pytest.mark.parametrize("merging", WAYS)
@given(st.integers(0, 10_000))
def test_the_order_of_hearing_does_not_matter(merging: Merging, seed: int) -> None:
    homes = history(merging, seed)[-1]
    one, other, third = homes.values()
    merged = merging.merged
    assert merged(one, other) == merged(other, one)
    if merging is not PLAIN:  # which may keep what was replaced, by the order in which homes hear of it
        assert merged(merged(one, other), third) == merged(one, merged(other, third))
    assert merged(one, one) == one == in_order(one)
    assert merged(one, ()) == one


@given(st.integers(0, 10_000))
def test_dotted_a_write_replaces_what_its_writer_saw_and_nothing_else(seed: int) -> None:
    for held in history(DOTTED, seed):
        everything = [version for versions in held.values() for version in versions]
        whole: Versions = ()
        for versions in held.values():
            whole = DOTTED.merged(whole, versions)
        for version in everything:
            assert version.dot is not None
            known = any(has(later.past, version.dot) for later in everything)
            assert (version in whole) == (not known)


def interleaved(merging: Merging, writers: int, writes: int) -> Versions:
    """Clients of one home write in turn; each knows its own last write and what was there before it."""
    held: Versions = ()
    knows = dict.fromkeys(range(writers), NOTHING)
    for step in range(writes):
        client = step % writers
        version = Version(Stamp(step, f"c{client}"), step)
        before = knows[client]
        held = merging.written(held, version, before, "n1")
        own = [each for each in held if each.stamp == version.stamp]
        knows[client] = joined(before, of_versions(tuple(own)))
    return held


def test_two_interleaved_clients_leave_99_siblings_or_2() -> None:
    assert len(interleaved(PLAIN, 2, 99)) == 99
    assert len(interleaved(DOTTED, 2, 99)) == 2


def test_seven_interleaved_clients_leave_21_siblings_or_7() -> None:
    assert len(interleaved(PLAIN, 7, 21)) == 21
    assert len(interleaved(DOTTED, 7, 21)) == 7


@given(st.integers(1, 7), st.integers(1, 60))
def test_siblings_never_exceed_the_writers(writers: int, writes: int) -> None:
    assert len(interleaved(DOTTED, writers, writes)) == min(writers, writes)


def test_the_cart_of_the_chapter_step_by_step() -> None:
    """Two clients fill one cart on one home, which counts the writes (Kleppmann 2017, figure 5-13)."""
    held: Versions = ()

    def write(value: list[str], knows: int, step: int) -> tuple[Versions, int]:
        version = Version(Stamp(step, "client"), value)
        now = DOTTED.written(held, version, Seen({"n1": knows} if knows else {}), "n1")
        return now, max(each.dot.count for each in now if each.dot)

    def values() -> list[list[str]]:
        return [version.value for version in held]

    held, number = write(["milk"], 0, 1)
    assert (values(), number) == ([["milk"]], 1)
    held, number = write(["eggs"], 0, 2)
    assert (values(), number) == ([["milk"], ["eggs"]], 2)
    held, number = write(["milk", "flour"], 1, 3)
    assert (values(), number) == ([["eggs"], ["milk", "flour"]], 3)
    held, number = write(["eggs", "milk", "ham"], 2, 4)
    assert (values(), number) == ([["milk", "flour"], ["eggs", "milk", "ham"]], 4)
    held, number = write(["milk", "flour", "eggs", "bacon"], 3, 5)
    assert (values(), number) == ([["eggs", "milk", "ham"], ["milk", "flour", "eggs", "bacon"]], 5)


@pytest.mark.parametrize("merging", [PLAIN, DOTTED])
def test_whoever_has_seen_less_than_a_home_has_numbered_is_obsolete(merging: Merging) -> None:
    first = merging.written((), Version(Stamp(1, "g1"), "A"), NOTHING, "n1")
    saw_first = of_versions(first)
    both = merging.written(first, Version(Stamp(2, "g1"), "B"), saw_first, "n1")
    assert is_obsolete(both, saw_first, "n1") and not is_obsolete(both, of_versions(both), "n1")
    assert not is_obsolete(both, saw_first, "n2"), "another home has numbered nothing that was not seen"
    assert not is_obsolete((), NOTHING, "n1")
