"""A Milvus server or cluster, named by one address; every failure told in one line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from rag.cluster.milvus_schema import ALIAS, generation_of
from rag.errors import BuildError, OpenError, SettingsError

if TYPE_CHECKING:
    from pymilvus import MilvusClient

Row: TypeAlias = dict[str, Any]

_CONNECT_SECONDS = 10.0
_PAGE_ROWS = 1000
_LONGEST_REASON_CHARS = 200
_INSTALL = "pip install 'footnote-rag[milvus]'"


class MilvusServer:
    """``http[s]://[user:password@]host[:port][/database]``; safe to share between threads."""

    def __init__(self, address: str) -> None:
        """Raises SettingsError if this is no address, OpenError if nobody answers there."""
        try:
            parts = urlsplit(address)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
            is_address = is_address and parts.port != 0
        except ValueError:  # of the port, or of what stands in brackets
            is_address = False
        if not is_address:
            without_password = address.rpartition("@")[2]
            raise SettingsError(
                f"Setting milvus: {without_password!r} is not an address: write http://host:19530."
            )
        self.name = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        """The address without the password."""
        try:
            from pymilvus import MilvusClient
        except ImportError:
            raise SettingsError(f"Milvus needs another package: {_INSTALL}.") from None
        # It logs every error that it raises, with its stack; the messages here take their place.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        with self.reading():
            self.client: MilvusClient = MilvusClient(uri=address, timeout=_CONNECT_SECONDS)

    def generation_in_force(self) -> str | None:
        """The generation that the alias names; None where nothing was built yet."""
        with self.reading():
            if ALIAS not in self.client.list_aliases()["aliases"]:
                return None
            return generation_of(self.client.describe_alias(ALIAS)["collection_name"])

    def query(
        self, collection: str, condition: str, fields: list[str], limit: int | None = None
    ) -> list[Row]:
        """Rows for which a condition holds, in any order; all of them without a limit."""
        limits = {} if limit is None else {"limit": limit}
        with self.reading():
            return list(self.client.query(collection, condition, fields, **limits))

    def pages(self, collection: str, condition: str, fields: list[str]) -> Iterator[Row]:
        """Rows for which a condition holds, by primary key, a page in memory at a time."""
        with self.reading():
            pages = self.client.query_iterator(
                collection, _PAGE_ROWS, filter=condition, output_fields=fields
            )
        with closing(pages):
            while True:
                with self.reading():
                    page = pages.next()
                if not page:
                    return
                yield from page

    def count(self, collection: str, condition: str = "") -> int:
        """How many rows a condition holds for."""
        (row,) = self.query(collection, condition, ["count(*)"])
        return int(row["count(*)"])

    def close(self) -> None:
        self.client.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turns what pymilvus raises into an OpenError."""
        try:
            yield
        except self._errors() as error:
            raise OpenError(
                f"Milvus at {self.name} does not answer ({_reason(error)}): "
                "check that it runs there and that its index was not removed."
            ) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Turns what pymilvus raises into a BuildError."""
        try:
            yield
        except self._errors() as error:
            raise BuildError(
                f"Milvus at {self.name} could not be written ({_reason(error)}). "
                "Mend that, then run rag build."
            ) from error

    @staticmethod
    def _errors() -> tuple[type[Exception], ...]:
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        return MilvusException, RpcError


def _reason(error: Any) -> str:
    return " ".join(str(getattr(error, "message", error)).split())[:_LONGEST_REASON_CHARS]
