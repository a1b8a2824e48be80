"""Small random histories: a few processes, overlapping at will, some left in doubt or open."""

from typing import Any

from hypothesis import strategies as st

from chaos.history import Event, History

MOST_OPERATIONS = 5
NODES = ("n1", "n2")


class _Story:
    """Builds a history event by event; time is the index."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.open: dict[int, Event] = {}
        self.processes = 0
        self.value = 0

    def write(self, type_: Any, process: int, f: str, key: str, value: Any, **fields: Any) -> Event:
        index = len(self.events)
        event = Event(
            index=index, time=index, type=type_, process=process, f=f, key=key, value=value, **fields
        )
        self.events.append(event)
        return event

    def new_process(self) -> int:
        self.processes += 1
        return self.processes - 1

    def invoke(self, f: str) -> None:
        process = self.new_process()
        if f in ("write", "add"):
            self.value += 1
        value = self.value if f in ("write", "add") else None
        self.open[process] = self.write("invoke", process, f, "x", value)

    def complete(
        self, process: int, outcome: str, value: Any, node: str, epoch: int, partition: int | None
    ) -> None:
        begun = self.open.pop(process)
        about = {"node": node, "epoch": epoch, "partition": partition}
        fields = about if outcome == "ok" else {"error": "some"}
        self.write(outcome, process, begun.f, "x", value if begun.f == "read" else begun.value, **fields)

    def final(self, node: str, value: Any) -> None:
        process = self.new_process()
        self.write("invoke", process, "read", "x", None, node=node, final=True)
        self.write("ok", process, "read", "x", value, node=node, final=True)


@st.composite
def histories(draw: st.DrawFn, fs: tuple[str, ...], partitioned: bool = False) -> History:
    """Operations `fs` on one key, the first of them first, then final reads of two replicas.

    `partitioned`: every replica answers from either of two partitions (which a sound cluster never does).
    """
    story = _Story()
    is_set = "add" in fs
    invoked = 0
    while invoked < MOST_OPERATIONS or story.open:
        may_begin = invoked < MOST_OPERATIONS
        if may_begin and (not story.open or draw(st.booleans())):
            story.invoke(draw(st.sampled_from(fs)) if invoked else fs[0])
            invoked += 1
        elif not may_begin and draw(st.integers(0, 4)) == 0:
            break  # what is open now stays open
        else:
            process = draw(st.sampled_from(sorted(story.open)))
            outcome = draw(st.sampled_from(("ok", "ok", "ok", "fail", "info")))
            value = draw(_values(story.value, is_set))
            epoch = draw(st.integers(1, 2))
            partition = draw(st.integers(1, 2)) if partitioned else None
            story.complete(process, outcome, value, draw(st.sampled_from(NODES)), epoch, partition)
    for node in NODES:
        story.final(node, draw(_values(story.value, is_set)))
    return History.of(story.events)


def _values(last: int, is_set: bool) -> st.SearchStrategy[Any]:
    if is_set:
        return st.lists(st.integers(1, max(1, last)), unique=True).map(sorted)
    return st.one_of(st.none(), st.integers(1, last)) if last else st.none()
