"""A node starts without the clients of HTTP: nodes talk to each other in frames."""

import subprocess
import sys

LOAD = "import sys, services.adapters.serve; print(*sys.modules)"


def test_a_node_loads_no_client_of_http() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout
    assert "uvicorn" in loaded.split()
    assert not {"httpx", "requests"} & set(loaded.split())
