"""Where one node lives: its name, links and directory, from its environment; read once, checked once."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from services.settings.common import CommonSettings
from services.settings.of_families import settings_of
from services.settings.single_leader import SingleLeaderSettings


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where one node lives.

    `links` maps each node that it talks to to the base URL of its own link to that node.
    """

    node: str
    role: str  # one of `services.roles`
    host: str = "127.0.0.1"
    port: int = 7000
    replicas: tuple[str, ...]
    gateways: tuple[str, ...]
    companions: dict[str, str] = {}  # nodes of other roles beside the cluster, and their roles
    links: dict[str, str]
    cache_server: str = ""  # the URL of a cache's Redis server; empty: the cache starts its own
    data_dir: Path
    token: str
    allowed_hosts: tuple[str, ...] = ()
    log_format: Literal["text", "json"] = "text"
    cluster: CommonSettings = SingleLeaderSettings()

    def __post_init__(self) -> None:
        self.must_suit(self.cluster)

    def must_suit(self, settings: CommonSettings) -> None:
        """Raise `ValueError` unless `settings` fit a cluster of these nodes."""
        settings.check_fit(self.replicas, self.consumers)
        known = (*self.replicas, *self.gateways, *self.companions, self.node, *self.links)
        for name in settings.named:
            if name not in known:
                there_are = ", ".join(dict.fromkeys(known))
                raise ValueError(f"the settings name a node {name!r}; there are {there_are}")

    @property
    def followers(self) -> tuple[str, ...]:
        """The other replicas, in name order."""
        return tuple(name for name in self.replicas if name != self.node)

    @property
    def consumers(self) -> tuple[str, ...]:
        """The companions that follow one leader's log; caches and devices do not."""
        return tuple(name for name, role in self.companions.items() if role not in ("cache", "device"))

    @property
    def devices(self) -> tuple[str, ...]:
        """The companions with data and users of their own."""
        return tuple(name for name, role in self.companions.items() if role == "device")


def settings_from(role: str, environ: Mapping[str, str] = os.environ) -> NodeSettings:
    """Read `LAB_NODE`, `LAB_REPLICAS`, `LAB_GATEWAYS`, `LAB_LINKS` (JSON) and the rest.

    Raises `ValueError` that names the variable, its value and what would be right.
    """
    try:
        node = msgspec.convert(
            {
                "node": _required(environ, "LAB_NODE"),
                "role": role,
                "host": environ.get("LAB_HOST", "127.0.0.1"),
                "port": environ.get("LAB_PORT", "7000"),
                "replicas": _names(environ, "LAB_REPLICAS"),
                "gateways": _names(environ, "LAB_GATEWAYS"),
                "companions": _json(environ, "LAB_COMPANIONS"),
                "links": _json(environ, "LAB_LINKS"),
                "cache_server": environ.get("LAB_CACHE_SERVER", ""),
                "data_dir": Path(environ.get("LAB_DATA_DIR", "data")),
                "token": _token(environ),
                "allowed_hosts": _names(environ, "LAB_ALLOWED_HOSTS"),
                "log_format": environ.get("LOG_FORMAT", "text"),
            },
            NodeSettings,
            strict=False,
        )
        return replace(node, cluster=settings_of(_json(environ, "LAB_SETTINGS")))
    except msgspec.ValidationError as error:
        raise ValueError(f"the node's environment is not usable: {error}") from error


def _required(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise ValueError(
            f"the environment variable {name} is missing; docker-compose.yml shows what a node needs"
        )
    return environ[name]


def _token(environ: Mapping[str, str]) -> str:
    """`LAB_TOKEN`, or what is in the file that `LAB_TOKEN_FILE` names."""
    path = environ.get("LAB_TOKEN_FILE")
    token = _token_in(path) if path else _required(environ, "LAB_TOKEN")
    if re.fullmatch("[!-~]{1,512}", token) is None:
        where = f"in {path}" if path else "in LAB_TOKEN"  # where, not what: the token is a secret
        raise ValueError(
            f"the token {where} must be one word of at most 512 visible ASCII characters; "
            f"it has {len(token)}, or others among them"
        )
    return token


def _token_in(path: str) -> str:
    try:
        token = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ValueError(f"LAB_TOKEN_FILE is {path}, which cannot be read: {error}") from error
    if not token:
        raise ValueError(f"LAB_TOKEN_FILE is {path}, which is empty; a token is a word of your choice")
    return token


def _names(environ: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environ.get(name, "").split(",") if part.strip()]


def _json(environ: Mapping[str, str], name: str) -> dict[str, Any]:
    text = environ.get(name) or "{}"
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{name} must be a JSON object, not {text!r}: {error}") from error
    if not isinstance(document, dict):
        raise ValueError(f"{name} must be a JSON object, not {text!r}")
    return document
