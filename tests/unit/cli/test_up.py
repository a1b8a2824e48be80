"""Settings that name something which is not here are refused before anything starts."""

import pytest

from chaos.cli import main


@pytest.mark.parametrize("handler", ["/nowhere/mine.py", __file__])
def test_a_handler_that_cannot_be_loaded(handler: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["up", "--strategy", "multi-leader", "--set", f"handler={handler}"]
    assert main(arguments) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert handler in line
