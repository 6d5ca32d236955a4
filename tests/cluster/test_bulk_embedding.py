from __future__ import annotations

import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import rag
from rag import cli
from rag.cluster import bulk_embedding
from rag.cluster.bulk_embedding import embed_with_ray
from rag.errors import BuildError, SettingsError
from rag.index import open_store
from rag.ingest.build import build_from_folder
from rag.settings import Settings
from rag.types import BuildReport
from tests.fakes import FakeEmbedder
from tests.ray_embedder import DoomedEmbedder, begun

if TYPE_CHECKING:
    from rag.types import Vectors

HERE = Path(__file__).parents[2]
"""Where workers find this package."""
NODES = 3
TEXTS = [
    (hashlib.sha256(text.encode()).hexdigest(), text)
    for text in (f"Ferry {n} was late, so the fog said." for n in range(240))
]


class Kept:
    """What was handed on, and how often."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.vectors: dict[str, Vectors] = {}
        self.calls = 0

    def __call__(self, hashes: Sequence[str], vectors: Vectors) -> None:
        self.calls += 1
        self.times.update(hashes)
        self.vectors.update(zip(hashes, vectors, strict=True))


def check_all_once(kept: Kept, texts: Sequence[tuple[str, str]]) -> None:
    assert kept.times == Counter(text_hash for text_hash, _ in texts)
    expected = FakeEmbedder().embed_passages([text for _, text in texts])
    for (text_hash, _), vector in zip(texts, expected, strict=True):
        assert np.array_equal(kept.vectors[text_hash], vector)


pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:ray.data.context"  # of its own defaults
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of several nodes on this machine, which listens to this machine alone."""
    node = {"node_ip_address": "127.0.0.1", "object_store_memory": 80_000_000}
    # Told dead after two seconds.
    health = {"health_check_period_ms": 1000, "health_check_failure_threshold": 2}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        # Else 127.0.0.1 would be taken for the address that other machines see.
        environment.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, "_system_config": health, **node}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        for _ in range(NODES):
            cluster.add_node(num_cpus=1, **node)
        yield cluster
        cluster.shutdown()


def test_a_node_is_killed_and_nothing_is_lost_or_there_twice(cluster: Any, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.mkdir()
    kept = Kept()
    killed: list[str] = []

    def keep_and_kill(hashes: Sequence[str], vectors: Vectors) -> None:
        kept(hashes, vectors)
        busy = {node for node, _ in begun(log)}
        if not killed and len(busy) == NODES:
            node = next(node for node in cluster.worker_nodes if node.node_id in busy)
            (log / f"doomed-{node.node_id}").touch()
            stuck = log / f"stuck-{node.node_id}"
            wait_until(stuck.exists)
            cluster.remove_node(node, allow_graceful=False)
            killed.append(node.node_id)

    make_embedder = partial(DoomedEmbedder, log=log, nodes=NODES)
    folder = tmp_path / "shards"
    assert embed_with_ray(TEXTS, keep_and_kill, folder, make_embedder, cluster.address, 4) == 240
    check_all_once(kept, TEXTS)
    times = Counter(text for _, text in begun(log))
    assert len(times) == kept.calls == 60
    again = {text for node, text in begun(log) if times[text] > 1 and node in killed}
    assert again, "the shard that died with its node was embedded by another one"
    assert list(folder.iterdir()) == []


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def test_what_an_interrupted_run_embedded_is_not_embedded_again(
    cluster: Any, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.mkdir()
    kept = Kept()

    def interrupt(hashes: Sequence[str], vectors: Vectors) -> None:
        wait_until(lambda: len(list((tmp_path / "shards").glob("*.npy"))) >= 3)
        raise KeyboardInterrupt

    make_embedder = partial(DoomedEmbedder, log=log)
    rest = (pair for pair in TEXTS[:60] if pair[0] not in kept.times)
    with pytest.raises(KeyboardInterrupt):
        embed_with_ray(
            TEXTS[:60], interrupt, tmp_path / "shards", make_embedder, cluster.address, 4
        )
    (tmp_path / "shards" / "0123.99.abcd").write_bytes(b"cut short")
    embedded = embed_with_ray(rest, kept, tmp_path / "shards", make_embedder, cluster.address, 4)
    assert embedded <= 60 - 3 * 4
    check_all_once(kept, TEXTS[:60])
    assert list((tmp_path / "shards").iterdir()) == []


def test_a_build_whose_passages_a_cluster_embeds_is_the_same(
    cluster: Any, seeds_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingest.build.load_embedder", FakeEmbedder)
    monkeypatch.chdir(HERE)

    def build(name: str, ray: str | None = None) -> tuple[BuildReport, list[list[float]], int]:
        embedder, index = FakeEmbedder(), tmp_path / name
        report = build_from_folder(seeds_folder, index, Settings(), embedder, ray=ray)
        with closing(open_store(index, None)) as store:
            vectors = store.vectors(range(store.passage_count)).tolist()
        return report, vectors, len(embedder.embedded)

    here, vectors, _ = build("here")
    there, same_vectors, embedded_here = build("there", cluster.address)
    assert same_vectors == vectors
    assert (there.embedded, embedded_here) == (here.embedded, 0)
    whales = seeds_folder / "whales.txt"
    whales.write_text(whales.read_text() + "\n\nThey stayed for the summer, says Captain Olsen.")
    again, vectors, embedded_here = build("there", cluster.address)
    assert (again.embedded, embedded_here) == (1, 0)
    assert build("anew")[1] == vectors
    names = {path.name for path in (tmp_path / "there").iterdir()}
    assert names == {"CURRENT", "build.lock", "generations"}


def test_workers_that_cannot_embed_are_told_in_one_line(
    cluster: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = partial(FakeEmbedder, size=7)
    with pytest.raises(BuildError) as caught:
        embed_with_ray(TEXTS[:5], Kept(), tmp_path / "shards", broken, cluster.address)
    assert str(caught.value).startswith(f"The Ray cluster at {cluster.address} does not embed (")
    assert "unexpected keyword argument 'size'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Traceback" not in "".join(capfd.readouterr())


# Without a cluster.


@pytest.fixture
def workers_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[list[str]], list[str]]], None]:
    """Has one worker in this process embed the shards and tell those that a function names."""

    def install(told: Callable[[list[str]], list[str]]) -> None:
        def embedded(
            names: list[str], folder: Path, make_embedder: Callable[[], FakeEmbedder]
        ) -> Iterator[str]:
            worker = bulk_embedding._ShardEmbedder(folder, make_embedder)
            for name in told(names):
                worker({"name": [name]})
                yield name

        monkeypatch.setattr(bulk_embedding, "_cluster", nullcontext)
        monkeypatch.setattr(bulk_embedding, "_embedded_names", embedded)

    return install


def test_a_shard_that_is_told_again_is_handed_on_once(
    workers_tell: Callable[[object], None], tmp_path: Path
) -> None:
    workers_tell(lambda names: [*names, *names[::-1], names[0]])
    kept = Kept()
    assert embed_with_ray(TEXTS, kept, tmp_path / "shards", FakeEmbedder, "host:1", 7) == 240
    check_all_once(kept, TEXTS)


def test_what_no_machine_embedded_is_no_silent_loss(
    workers_tell: Callable[[object], None], tmp_path: Path
) -> None:
    workers_tell(lambda names: names[:-2])
    kept = Kept()
    with pytest.raises(BuildError, match=r"^2 of the shards in .* were not embedded: does every "):
        embed_with_ray(TEXTS, kept, tmp_path / "shards", FakeEmbedder, "host:1", 10)
    workers_tell(lambda names: names)
    rest = (pair for pair in TEXTS if pair[0] not in kept.times)
    assert embed_with_ray(rest, kept, tmp_path / "shards", FakeEmbedder, "host:1", 10) == 20
    check_all_once(kept, TEXTS)


def test_nothing_to_embed_needs_no_cluster(tmp_path: Path) -> None:
    assert embed_with_ray([], Kept(), tmp_path / "shards", FakeEmbedder, "host:1") == 0


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1", "ray", "", "127.0.0.1:99999"])
def test_no_cluster(address: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"^No Ray cluster at '.*' \(.*\): ray start --head"):
        embed_with_ray(TEXTS, Kept(), tmp_path / "shards", FakeEmbedder, address)


def test_a_build_that_finds_no_cluster_changes_nothing(
    seeds_folder: Path, fake_models: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rag.build().close()
    before = Path("index/CURRENT").read_text()
    (seeds_folder / "new.txt").write_text("A lamp stands at the harbour.")
    for arguments in (["--ray", "127.0.0.1:1"], ["--ray", "127.0.0.1:1", "--json"]):
        monkeypatch.setattr(sys, "argv", ["rag", "build", *arguments])
        with pytest.raises(SystemExit, match="1"):
            cli.main()
    assert Path("index/CURRENT").read_text() == before
    rag.build().close()
    assert rag.retrieve("lamp")[0].article.source == "new.txt"
    assert not list(Path("index").glob("shards*"))


def test_without_ray_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SettingsError, match=r"pip install 'footnote-rag\[ray\]'"):
        embed_with_ray(TEXTS, Kept(), tmp_path / "shards", FakeEmbedder, "host:1")
