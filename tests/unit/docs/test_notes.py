"""Whatever the map of the notes says can be run, can be run."""

import re

import pytest

from chaos.catalogue.discover import select
from tests.repository import ROOT

COMMANDS = re.findall(r"`\./lab run ([^`]*)`", (ROOT / "docs" / "notes.md").read_text("utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_it_names_what_there_is(command: str) -> None:
    assert select([word for word in command.split(" --")[0].split() if word != "ID"]) or command == "ID"
