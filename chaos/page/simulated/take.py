"""What was recorded of one simulated run, as it happened."""

from dataclasses import dataclass, field

from chaos.faults.fault import Mark
from chaos.history import History
from chaos.judging.verdict import Verdict
from chaos.page.simulated.camera import Camera
from chaos.page.simulated.cluster import FilmedCluster
from chaos.page.simulated.film import FilmLine
from chaos.page.simulated.plan import Plan
from chaos.page.simulated.story import Told
from chaos.recording.recorder import Recorder
from chaos.running.narrator import Tone

BY_HAND, SCRIPT = "by hand", "the script"  # whose lines these are


@dataclass
class Take:
    """`began_s` by the lab's own clock; the history and the verdict are there when the run is over."""

    plan: Plan
    cluster: FilmedCluster
    camera: Camera
    told: Told = field(default_factory=Told)
    lines: list[FilmLine] = field(default_factory=list)
    began_s: float = 0.0
    history: History = field(default_factory=lambda: History(()))
    _verdict: Verdict | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict on the run, which must be over."""
        assert self._verdict
        return self._verdict

    def ended(self, history: History, verdict: Verdict) -> None:
        """The run is over."""
        self.history, self._verdict = history, verdict

    def note(self, recorder: Recorder, mark: Mark) -> None:
        """Something is done by hand: it stands in the history, and among the lines of the log."""
        recorder.nemesis(mark.f, mark.value)
        self.lines.append(FilmLine(recorder.elapsed_ns() / 1e9, BY_HAND, "fault", mark.text))
        self.camera.look_soon()

    def tell(self, seconds: float, text: str, tone: Tone) -> None:
        """What the script says; what nodes say stands in their log."""
        if tone != "node":
            kind = "fault" if tone == "fault" else "notable"
            self.lines.append(FilmLine(round(seconds, 6), SCRIPT, kind, text))
