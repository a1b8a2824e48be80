"""Settings that name something which is not here are refused before anything starts."""

import pytest

from chaos.cli import main


@pytest.mark.parametrize("handler", ["/nowhere/mine.py", __file__])
def test_a_handler_that_cannot_be_loaded(handler: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["up", "--strategy", "multi-leader", "--set", f"handler={handler}"]
    assert main(arguments) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert handler in line


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["inside=async"], "put n1, n2, n3 into one, by `datacenters`"),
        (['datacenters=[["zz"]]'], "'zz'; there are n1, n2, n3, g1, g2"),
        (['clocks_off_s={"n7":1}'], "'n7'; there are n1, n2, n3, g1, g2"),
    ],
)
def test_settings_that_do_not_suit_the_cluster(
    settings: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", "--strategy", "multi-leader", *(f"--set={each}" for each in settings)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


@pytest.mark.parametrize("name", ["../../x", "x/y", "", "a b", "-x", "é", "x" * 80, "client"])
def test_a_device_whose_name_could_be_something_else(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is the name of a directory, among others."""
    assert main(["up", "--strategy", "multi-leader", f"--device={name}"]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert repr(name) in line or name in line
