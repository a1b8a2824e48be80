"""A reader of EDN, as far as Jepsen's histories need it (github.com/edn-format/edn).

Keywords and symbols become strings, lists and vectors lists, sets lists, maps dicts with text for keys; of a
tagged value only the value is kept, for Jepsen prints its operations as `#jepsen.history.Op{…}`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

_SKIPPED = r"(?:[\s,]|;[^\n]*+)*+"
_TOKEN = re.compile(_SKIPPED + r'(#\{|#_|[\[\](){}]|"(?:\\.|[^"\\])*"|#?[^\s,;\[\](){}"]+)', re.DOTALL)
_NAMES = {"nil": None, "true": True, "false": False}
_CLOSERS = {"[": "]", "(": ")", "{": "}", "#{": "}"}


class EdnError(ValueError):
    """What was found instead of what was expected; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line = line


def parse(text: str) -> Iterator[tuple[int, Any]]:
    """Every form at the top, with the line on which it begins. Raises `EdnError`."""
    tokens = _Tokens(text)
    while (token := tokens.next()) is not None:
        line = tokens.line
        value = _form(tokens, token)
        if value is not _NOTHING:
            yield line, value


def operations(text: str) -> Iterator[tuple[int, Any]]:
    """Like `parse`, with the forms of a vector at the top one by one: some put all operations into one."""
    tokens = _Tokens(text)
    while (token := tokens.next()) is not None:
        line = tokens.line
        if token in ("[", "("):
            yield from _items(tokens, token)
        elif (value := _form(tokens, token)) is not _NOTHING:
            yield line, value


_NOTHING = object()


class _Tokens:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.line = 1

    def next(self) -> str | None:
        """The next token; None at the end."""
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            rest = self._text[self._at :].strip(" \t\r\n,")
            if rest and not rest.startswith(";"):
                raise EdnError(self.line, f"expected a value, not {rest[:20]!r}")
            return None
        self.line += self._text.count("\n", self._at, found.start(1))
        self._at = found.end()
        return found[1]


def _form(tokens: _Tokens, token: str) -> Any:
    if token in _CLOSERS:
        return _collection(tokens, token)
    if token.startswith("#_"):
        _next_form(tokens, "something to leave out")
        return _NOTHING
    if token[0] == "#":
        return _next_form(tokens, f"a value after {token}")
    if token in ("]", ")", "}"):
        raise EdnError(tokens.line, f"expected a value, not {token}")
    return _atom(tokens, token)


def _next_form(tokens: _Tokens, expected: str) -> Any:
    token = tokens.next()
    if token is None:
        raise EdnError(tokens.line, f"expected {expected}, not the end")
    return _form(tokens, token)


def _items(tokens: _Tokens, opener: str) -> Iterator[tuple[int, Any]]:
    """What stands up to the closing bracket, each with its line."""
    began = tokens.line
    while (token := tokens.next()) != _CLOSERS[opener]:
        if token is None:
            raise EdnError(began, f"{opener} is never closed")
        line = tokens.line
        value = _form(tokens, token)
        if value is not _NOTHING:
            yield line, value


def _collection(tokens: _Tokens, opener: str) -> Any:
    began = tokens.line
    items = [item for _, item in _items(tokens, opener)]
    if opener != "{":
        return items
    if len(items) % 2:
        raise EdnError(began, "a map needs a value for each key")
    return {_as_text(key): value for key, value in zip(items[::2], items[1::2], strict=True)}


def _as_text(key: Any) -> str:
    """A key as JSON's maps have them: text, whatever it was."""
    return key if isinstance(key, str) else json.dumps(key)


def _atom(tokens: _Tokens, token: str) -> Any:
    if token in _NAMES:
        return _NAMES[token]
    if token[0] == '"':
        return _string(tokens, token)
    if token[0] == ":":
        return token[1:]
    if re.fullmatch(r"[+-]?\d+[NM]?", token):
        return int(token.rstrip("NM"))
    if re.fullmatch(r"[+-]?\d+\.?\d*([eE][+-]?\d+)?M?", token):
        return float(token.rstrip("M"))
    return token


def _string(tokens: _Tokens, token: str) -> str:
    """Its escapes are those of JSON, but line ends and tabs may stand in it as they are."""
    try:
        text: str = json.loads(token, strict=False)
    except ValueError as error:
        raise EdnError(tokens.line, f"{token[:20]} is not a string: {error}") from error
    return text
