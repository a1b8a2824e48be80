"""The idea of a scenario: the first two sentences of its file, without the marks of their markup."""

import importlib
import re

from chaos.catalogue.discover import PACKAGE

SENTENCES = 2
_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z`*])")
_MARKS = re.compile(r"`([^`]+)`|\*(\S[^*]*?)\*")


def idea_of(scenario_id: str) -> str:
    """For instance `Two leaders at once: … appoints another.`; nothing for what is in no file here."""
    try:
        text = importlib.import_module(f"{PACKAGE}.{scenario_id.replace('-', '_')}").__doc__ or ""
    except ModuleNotFoundError:
        return ""
    sentences = _END.split(" ".join(text.split()))
    return _MARKS.sub(lambda mark: mark[1] or mark[2], " ".join(sentences[:SENTENCES]))
