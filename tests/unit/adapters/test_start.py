"""A node starts without the libraries of a command line."""

import subprocess
import sys

LOAD = "import sys, services.adapters.network; print(*sys.modules)"


def test_a_node_loads_no_terminal_library() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout
    assert "httpx" in loaded.split()
    assert not {"click", "rich", "pygments"} & set(loaded.split())
