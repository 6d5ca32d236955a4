"""Milvus for tests: Milvus Lite behind its gRPC server, on this machine alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pymilvus import MilvusClient

_NUMBERS = itertools.count()


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server, as long as it is wanted."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    server, database, port = start_server_in_thread(str(folder), host="127.0.0.1")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop(grace=0).wait()
        database.close()


def empty_database(server: str) -> str:
    """The address of a new database on a server."""
    name = f"library{next(_NUMBERS)}"
    client = MilvusClient(server)
    client.create_database(name)
    client.close()
    return f"{server}/{name}"
