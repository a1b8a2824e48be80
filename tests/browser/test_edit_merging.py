"""What the page makes of two changes of one text: its user's own, and those that came meanwhile.

The page sends its device what then differs, so a character that it loses here is erased for everybody.
"""

import random

import pytest
from playwright.sync_api import Browser

from chaos.editing.application import ASSETS

pytestmark = pytest.mark.browser

CASES = 3_000
TEXT, MINE, THEIRS = "abcdef", "XYZ", "🦜QR"
EACH = "cases => cases.map(([from, mine, theirs]) => merged(...[from, mine, theirs].map(characters)))"


def changed(dice: random.Random, text: str, letters: str) -> str:
    """The text after one change: something erased at a place, something inserted there."""
    begin, end = sorted(dice.choices(range(len(text) + 1), k=2))
    return text[:begin] + letters[: dice.randrange(len(letters) + 1)] + text[end:]


def only(text: str, letters: str) -> str:
    return "".join(letter for letter in text if letter in letters)


def test_what_anybody_inserted_is_there_and_what_anybody_erased_is_not(browser: Browser) -> None:
    dice = random.Random(1)
    texts = [TEXT[: dice.randrange(len(TEXT) + 1)] for _ in range(CASES)]
    cases = [(text, changed(dice, text, MINE), changed(dice, text, THEIRS)) for text in texts]
    page = browser.new_page()
    page.add_script_tag(path=ASSETS / "merging.js")
    merged = page.evaluate(EACH, cases)
    page.close()
    for (text, mine, theirs), found in zip(cases, merged, strict=True):
        whole = "".join(found)
        expected = only(mine, MINE) + only(theirs, THEIRS) + only(only(text, mine), theirs)
        assert sorted(whole) == sorted(expected), (text, mine, theirs, whole)
        for one in (mine, theirs):
            assert only(whole, one) == only(one, whole), (text, mine, theirs, whole)
