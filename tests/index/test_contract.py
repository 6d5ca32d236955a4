from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing

import pytest

pytest.register_assert_rewrite("tests.index.contract")

from rag.cluster.milvus import MilvusStore, open_milvus  # noqa: E402
from rag.cluster.milvus_server import MilvusServer  # noqa: E402
from rag.cluster.milvus_transfer import write_generation  # noqa: E402
from rag.index import LocalStore  # noqa: E402
from rag.ingest.build import recipe_of  # noqa: E402
from rag.settings import Settings  # noqa: E402
from rag.types import Article, BuildReport  # noqa: E402
from tests.cluster import milvus_lite  # noqa: E402
from tests.fakes import FakeEmbedder  # noqa: E402
from tests.index.contract import Opened, StoreContract  # noqa: E402

Build = Callable[[Sequence[Article]], BuildReport]
Open = Callable[[], LocalStore]


class TestLocalStore(StoreContract):
    @pytest.fixture
    def opened(self, build_index: Build, open_index: Open) -> Iterator[Opened]:
        with ExitStack() as stores:

            def build_and_open(articles: Sequence[Article]) -> LocalStore:
                build_index(articles)
                return stores.enter_context(closing(open_index()))

            yield build_and_open


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_lite.running(tmp_path_factory.mktemp("milvus")) as address:
        yield address


class TestMilvusStore(StoreContract):
    @pytest.fixture
    def opened(
        self,
        build_index: Build,
        open_index: Open,
        milvus: str,
        embedder: FakeEmbedder,
        settings: Settings,
    ) -> Iterator[Opened]:
        address = milvus_lite.empty_database(milvus)
        with ExitStack() as stores:

            def build_and_open(articles: Sequence[Article]) -> MilvusStore:
                build_index(articles)
                with closing(open_index()) as local, closing(MilvusServer(address)) as server:
                    write_generation(server, local)
                store = open_milvus(address, recipe_of(settings, embedder))
                return stores.enter_context(closing(store))

            yield build_and_open
