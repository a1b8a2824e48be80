"""Somebody at a terminal: each command is a process of its own, and each finds the cluster that is up."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.end_to_end.marked import Marked

ENDS_S = 60


class Terminal:
    """Runs `./lab …` with a state directory of its own, and without a container engine in sight."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.marked = Marked(folder)
        elsewhere = {"LAB_STATE": str(self.state), "DOCKER_HOST": f"unix://{folder}/no-engine"}
        self._environment = {**self.marked.environment, **elsewhere}

    @property
    def is_up(self) -> bool:
        """Has a supervisor said where it is?"""
        return (self.state / "cluster.json").exists()

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "chaos", *words],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def lab(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        said = process.communicate(timeout=ENDS_S)[0]
        assert process.returncode == code, said
        return said

    def status(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.lab("status", "--json"))
        return report

    def node(self, name: str) -> dict[str, Any]:
        return next(node for node in self.status()["nodes"] if node["node"] == name)
