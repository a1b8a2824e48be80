"""Merging by history: heads, fast-forward, the merge base, and more than one of them."""

from services.messages import Operation, Value
from services.messages.multi_leader import Change
from services.messages.versions import Stamp
from services.multi_leader.knowledge import past_of_all
from services.multi_leader.resolvers.three_way_merge import RESOLVER


class Wiki:
    """Versions of one page, each by an author who saw some of those before."""

    def __init__(self) -> None:
        self.held: tuple[Change, ...] = ()
        self.made = 0

    def write(self, origin: str, value: Value, *seen: Change, f: str = "put") -> Change:
        self.made += 1
        number = sum(each.origin == origin for each in self.held) + 1
        past = str(past_of_all(seen))
        operation = Operation("delete" if f == "delete" else "put", "x", value)
        change = Change(origin, number, operation, Stamp(self.made, origin), number, past)
        self.held = RESOLVER.keep(self.held, change)
        return change

    @property
    def shown(self) -> tuple[Value, ...]:
        return RESOLVER.show(self.held)


def test_a_version_that_goes_back_to_the_other_is_a_fast_forward() -> None:
    wiki = Wiki()
    first = wiki.write("n1", "1\n2")
    wiki.write("n2", "1\nB", first)
    assert wiki.shown == ("1\nB",)


def test_changes_of_different_lines_are_both_there() -> None:
    wiki = Wiki()
    first = wiki.write("n1", "1\n2\n3\n4\n5")
    wiki.write("n1", "1\n2\n3\n4\nE", first)
    wiki.write("n2", "A\n2\n3\n4\n5", first)
    wiki.write("n3", "1\n2\nnew\n3\n4\n5", first)
    assert wiki.shown == ("A\n2\nnew\n3\n4\nE",)


def test_changes_of_one_line_stand_between_markers() -> None:
    wiki = Wiki()
    first = wiki.write("n1", "1\n2\n3")
    wiki.write("n1", "1\nB\n3", first)
    wiki.write("n2", "1\nC\n3", first)
    assert wiki.shown == ("1\n<<<<<<< n1\nB\n=======\nC\n>>>>>>> n2\n3",)


def test_without_an_ancestor_nothing_is_in_common() -> None:
    wiki = Wiki()
    wiki.write("n1", "B")
    wiki.write("n2", "C")
    assert wiki.shown == ("<<<<<<< n1\nB\n=======\nC\n>>>>>>> n2",)


def test_the_base_is_the_newest_that_both_go_back_to() -> None:
    """Had it been the first version, `2` would have been changed by both."""
    wiki = Wiki()
    first = wiki.write("n1", "1\n2\n3")
    second = wiki.write("n1", "1\nB\n3", first)
    wiki.write("n1", "1\nB\nC", second)
    wiki.write("n2", "A\nB\n3", second)
    assert wiki.shown == ("A\nB\nC",)


def test_two_bases_are_merged_first() -> None:
    """Criss-cross: each of two authors has merged the same two versions in his own way."""
    wiki = Wiki()
    first = wiki.write("n1", "1\n2\n3\n4")
    one, other = wiki.write("n1", "A\n2\n3\n4", first), wiki.write("n2", "1\n2\n3\nD", first)
    wiki.write("n1", "A\nB\n3\nD", one, other)
    wiki.write("n2", "A\n2\nC\nD", one, other)
    assert wiki.shown == ("A\n<<<<<<< n1\nB\n3\n=======\n2\nC\n>>>>>>> n2\nD",)


def test_who_writes_what_was_merged_ends_the_conflict() -> None:
    wiki = Wiki()
    one, other = wiki.write("n1", "B"), wiki.write("n2", "C")
    wiki.write("n3", "B and C", one, other)
    assert wiki.shown == ("B and C",)
    assert len(wiki.held) == 3, "the history is kept"
    assert len(RESOLVER.count(wiki.held)) == 1


def test_a_page_that_one_side_deleted_is_what_the_other_made_of_it() -> None:
    wiki = Wiki()
    first = wiki.write("n1", "1\n2")
    wiki.write("n1", None, first, f="delete")
    wiki.write("n2", "1\nB", first)
    assert wiki.shown == ("1\nB",)


def test_what_is_no_text_is_shown_beside_the_others() -> None:
    wiki = Wiki()
    wiki.write("n1", "B")
    wiki.write("n2", 7)
    assert wiki.shown == ("B", 7)
