"""The page's own scripts: whole, short, explained, and safe under the page's policy."""

import json
import re
import subprocess
from pathlib import Path

import playwright
import pytest

from chaos.logdiff import webpage
from chaos.report.render import HERE, SCRIPTS, embedded, policy

ASSETS = sorted((HERE / "assets").glob("*.js"))
NODE = Path(playwright.__file__).parent / "driver" / "node"  # comes with the tests' own packages
LONGEST_SCRIPT = 220


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_a_script_is_sound_short_and_explained(path: Path) -> None:
    checked = subprocess.run([NODE, "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("// ")
    assert lines[1] == '"use strict";'
    assert len(lines) <= LONGEST_SCRIPT


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_a_script_never_makes_markup_or_code_of_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text
    )
    assert "</script" not in text


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_what_became_of_an_operation_is_told_in_the_words_of_one_table(path: Path) -> None:
    assert "in doubt" not in path.read_text(encoding="utf-8")


def test_every_script_is_in_a_page() -> None:
    assert {path.name for path in ASSETS} == {
        Path(name).name for name in (*SCRIPTS, *webpage.SCRIPTS) if name.startswith("assets/")
    }


def test_data_cannot_end_its_block() -> None:
    hostile = {"</script><!--": ["]]>&", "\u2028"]}
    text = embedded(hostile)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == hostile


def test_the_policy_allows_these_texts_alone() -> None:
    assert policy(["let x"], []) == (
        "default-src 'none'; script-src 'sha256-dXKOHtfmzrnYeAHYBCbUmBpIqmNFRVEF6ulA+ucuqt0='; "
        "style-src 'none'; base-uri 'none'; form-action 'none'"
    )


def test_names_of_keys_and_variants_keep_their_case() -> None:
    """Headings name keys, variants and resolvers; only the first letter of a log's own title is changed."""
    styles = "".join(path.read_text(encoding="utf-8") for path in (HERE / "assets").glob("*.css"))
    changed = re.findall(r"([^{}]*)\{[^{}]*text-transform: (?:uppercase|capitalize)", styles)
    assert [selector.strip() for selector in changed] == [".log h2::first-letter"]


@pytest.mark.parametrize("name", ("leaders.html", "leaderless.html", "places.html"))
def test_where_a_page_speaks_of_arrows_they_have_heads(name: str) -> None:
    text = (HERE / "templates" / name).read_text(encoding="utf-8")
    assert "An arrow leads from" in text and 'class="arrowhead"' in text
