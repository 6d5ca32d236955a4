"""Embedding on many machines at once, through Ray Data.

The texts are cut into shards, one file each, in a folder that every machine of the cluster sees. A
machine that is free takes a shard and puts its vectors beside it, in a file that appears whole or
not at all. Here they are handed on, and then both files go. So a shard may be embedded again, as
Ray does when a machine dies, but it is handed on once; and what was embedded when everything died
is still there.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rag.errors import BuildError, SettingsError

if TYPE_CHECKING:
    from rag.types import Embedder, Vectors

Keep: TypeAlias = "Callable[[list[str], Vectors], None]"

SHARD_TEXTS = 4096
_MOST_BLOCKS = 10_000
"""Of Ray Data; with more shards, several share one."""
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
_CONNECT_SECONDS = 5.0
_TEXTS, _VECTORS = ".json", ".npy"


def embed_with_ray(
    texts: Iterable[tuple[str, str]],
    keep: Keep,
    folder: Path,
    make_embedder: Callable[[], Embedder],
    address: str,
    shard_texts: int = SHARD_TEXTS,
) -> int:
    """Embeds texts on a Ray cluster and hands each once to ``keep``; returns how many it embedded.

    ``texts`` are pairs of a text's hash and the text. ``keep`` gets hashes and their
    vectors, shape (len(hashes), dimensions), and must have kept them when it returns; what an
    earlier call had embedded when it was interrupted goes to it first, before ``texts`` are asked
    for. ``folder`` is for the files and must be seen under the same name by every machine, which
    also must have Footnote installed. ``make_embedder`` is called there.

    Raises SettingsError where Ray is not installed, BuildError if there is no cluster at
    ``address`` or texts were not embedded; what was kept stays so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for shard in _shards(folder):
        if shard.vectors.exists():
            shard.hand_on(keep)
        shard.remove()
    waiting = {shard.name: shard for shard in _written(texts, folder, shard_texts)}
    embedded = 0
    if waiting:
        with _cluster(address):
            for name in _embedded_names(sorted(waiting), folder.resolve(), make_embedder):
                # Ray tells a shard again if the machine that told it died before the next did.
                if name in waiting and waiting[name].vectors.exists():
                    shard = waiting.pop(name)
                    embedded += shard.hand_on(keep)
                    shard.remove()
    if waiting:
        raise BuildError(
            f"{len(waiting)} of the shards in {folder} were not embedded: does every machine of "
            f"the cluster at {address} see that folder? Then run rag build --ray {address} again."
        )
    return embedded


@dataclass(frozen=True, slots=True)
class _Shard:
    """Some texts in a file, and the file of their vectors."""

    folder: Path
    name: str

    @property
    def texts(self) -> Path:
        return self.folder / (self.name + _TEXTS)

    @property
    def vectors(self) -> Path:
        return self.folder / (self.name + _VECTORS)

    def pairs(self) -> list[tuple[str, str]]:
        """Hashes and texts."""
        return [(text_hash, text) for text_hash, text in json.loads(self.texts.read_text("utf-8"))]

    def hand_on(self, keep: Keep) -> int:
        """Has the vectors kept; returns how many."""
        import numpy as np

        hashes = [text_hash for text_hash, _ in self.pairs()]
        keep(hashes, np.load(self.vectors))
        return len(hashes)

    def remove(self) -> None:
        self.vectors.unlink(missing_ok=True)
        self.texts.unlink(missing_ok=True)


class _ShardEmbedder:
    """A worker of the cluster: embeds shards, one after the other."""

    def __init__(self, folder: Path, make_embedder: Callable[[], Embedder]) -> None:
        self._folder = folder
        self._embedder = make_embedder()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        for name in batch["name"]:
            self._embed(_Shard(self._folder, str(name)))
        return batch

    def _embed(self, shard: _Shard) -> None:
        import numpy as np

        # Embedded and told by a machine that died, or even handed on already.
        if shard.vectors.exists() or not shard.texts.exists():
            return
        vectors = self._embedder.embed_passages([text for _, text in shard.pairs()])
        beside = shard.vectors.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
        with beside.open("wb") as file:
            np.save(file, np.asarray(vectors, dtype=np.float32))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(shard.vectors)


def _shards(folder: Path) -> Iterator[_Shard]:
    """Those that are in the folder; unfinished files of dead workers are removed."""
    for path in sorted(folder.iterdir()):
        if path.suffix == _TEXTS:
            yield _Shard(folder, path.stem)
        elif path.suffix != _VECTORS:
            path.unlink()


def _written(texts: Iterable[tuple[str, str]], folder: Path, shard_texts: int) -> Iterator[_Shard]:
    texts = iter(texts)
    while some := list(islice(texts, shard_texts)):
        hashes = "".join(text_hash for text_hash, _ in some)
        shard = _Shard(folder, hashlib.sha256(hashes.encode()).hexdigest())
        shard.texts.write_text(json.dumps(some, ensure_ascii=False), "utf-8")
        yield shard


def _embedded_names(
    names: list[str], folder: Path, make_embedder: Callable[[], Embedder]
) -> Iterator[str]:
    """The names of shards, each as soon as its vectors are there."""
    import ray
    import ray.data

    resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
    has_gpus = bool(resources.get("GPU"))
    workers = int(resources.get("GPU" if has_gpus else "CPU", 1))
    data = ray.data.from_items(
        [{"name": name} for name in names], override_num_blocks=min(len(names), _MOST_BLOCKS)
    )
    embedded = data.map_batches(
        _ShardEmbedder,
        fn_constructor_args=(folder, make_embedder),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=max(1, min(workers, len(names)))),
        num_cpus=0 if has_gpus else 1,
        num_gpus=1 if has_gpus else 0,
    )
    for row in embedded.iter_rows():
        yield str(row["name"])


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Connected to a cluster; what Ray has to say goes to its own log files."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.data
    except ImportError:
        raise SettingsError("Ray needs another package: pip install 'footnote-rag[ray]'.") from None
    _check_that_one_answers(address)
    ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False)
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    try:
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            yield  # else what happens on other machines would be printed among our own output
    except ray.exceptions.RayError as error:
        raise BuildError(
            f"The Ray cluster at {address} does not embed ({_reason(error)}): is this Footnote "
            f"installed on every machine, with its model? Then run rag build --ray {address} again."
        ) from error
    finally:
        ray.shutdown()


def _reason(error: Exception) -> str:
    """The last line, which names what went wrong where a worker did."""
    return next((line for line in reversed(str(error).splitlines()) if line.strip()), "unknown")


def _check_that_one_answers(address: str) -> None:
    """Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _CONNECT_SECONDS).close()
    except (OSError, ValueError, OverflowError) as error:
        raise BuildError(
            f"No Ray cluster at {address!r} ({error}): ray start --head starts one and tells its "
            "address, such as host:6379."
        ) from error
