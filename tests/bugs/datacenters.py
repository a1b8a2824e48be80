"""Mistakes of datacenters with followers inside; a leader that dies while it is alone must show each."""

from typing import Any
from unittest.mock import patch

from services.multi_leader.datacenters.group import Group
from tests.bugs.planted import Hunt, bug, by_script

COPIES = Hunt("datacenter-failover:acknowledged-first", "diverged-replicas", by_script)


@bug(COPIES)
def what_is_on_the_leaders_disk_is_shipped_at_once() -> Any:
    return patch.object(Group, "known", property(lambda self: self.machine.known))
