"""What replication is measured against: one FastAPI process that writes to SQLite, and nothing else.

The same interface for a client as the gateway's, the same durability (write-ahead log, a sync on each
commit), no copies. Run as `python benchmarks/single_process.py DIRECTORY`; prints where it listens.
"""

import socket
import sys
from pathlib import Path

import apsw
import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()
database = apsw.Connection(str(Path(sys.argv[1]) / "single.db")) if len(sys.argv) > 1 else apsw.Connection("")


@app.put("/kv/{key}")
async def put(key: str, request: Request) -> dict[str, object]:
    """Store the body under `key`; committed and synced when it answers."""
    body = (await request.body()).decode()
    database.execute("INSERT OR REPLACE INTO registers VALUES (?, ?)", (key, body))
    return {"key": key, "position": 0, "epoch": 0, "node": "single"}


def main() -> None:
    """Listen on a free port of 127.0.0.1."""
    database.execute("pragma journal_mode = wal; pragma synchronous = full")
    database.execute("CREATE TABLE IF NOT EXISTS registers(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
    listening = socket.create_server(("127.0.0.1", 0))
    host, port = listening.getsockname()
    print(f"listening on http://{host}:{port}", flush=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
