"""A folder of articles before and after edits, its index before them, and what tells them apart."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from rag.errors import IndexMissingError, RagError
from rag.index import LocalStore, open_store, read_current
from rag.ingest.build import build_from_folder, recipe_of
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.index.system_calls import apart

_FILES = {"CURRENT", "build.lock", "generations"}


def write_articles(folder: Path) -> None:
    """``old`` and ``new``: articles stay, one changes, one goes, one comes, one is renamed."""
    stay = {name: f"{name}\n\nA {name} was seen. " * 9 for name in ("Whale", "Lamp", "Fog")}
    old = {**stay, "Ferry": "Ferry\n\nThe ferry left at noon."}
    new = {**stay, "Lamp": "Lamp\n\nThe lamp went out.", "Storm": "Storm\n\nThe storm came."}
    new["Cloud"] = new.pop("Fog")
    for state, articles in (("old", old), ("new", new)):
        (folder / state).mkdir(parents=True)
        for name, text in articles.items():
            (folder / state / f"{name}.txt").write_text(text)


class TwoStates:
    """Builds and opens indexes of the old and of the new articles, in folders of their own."""

    def __init__(self, folder: Path) -> None:
        self._top = folder.resolve()
        self._folders = itertools.count()
        self._names = {"none": "none"}
        write_articles(self._top)
        for articles in ("new", "old"):
            self._before = self.folder() / "index"
            assert self.build(self._before, articles) == "built"
            self._names[self.answer(self._before)] = articles
        assert len(self._names) == 3

    def folder(self) -> Path:
        """An empty one."""
        folder = self._top / str(next(self._folders))
        folder.mkdir()
        return folder

    def copy(self, has_index: bool) -> Path:
        """A folder for an index: of the old articles, or none yet."""
        index = self.folder() / "index"
        if has_index:
            shutil.copytree(self._before, index)
        return index

    def build(self, index: Path, articles: str = "new") -> str:
        """Builds; "built", or the line that a user sees."""
        settings = Settings(seeds=self._top / articles, index=index)
        try:
            build_from_folder(settings.seeds, index, settings, FakeEmbedder())
        except RagError as error:
            return f"{type(error).__name__}: {error}"
        return "built"

    def open(self, index: Path) -> LocalStore:
        return open_store(index, recipe_of(Settings(), FakeEmbedder()))

    def answer(self, index: Path) -> str:
        """A digest of all that an index holds and finds; "none", or the line that a user sees."""
        try:
            store = self.open(index)
        except IndexMissingError:
            return "none"
        except RagError as error:
            return f"{type(error).__name__}: {error}"
        try:
            return self.answer_of(store)
        finally:
            store.close()

    def answer_of(self, store: LocalStore) -> str:
        """A digest of all that a store holds and finds."""
        count = store.passage_count
        found = [list(store.articles()), store.fetch(range(count)), sorted(store.file_sources())]
        found += [store.vectors(range(count)).tobytes()]
        for words in ("whale fog", "lamp", "ferry at noon", "storm"):
            vector = FakeEmbedder().embed_query([words])[0]
            found += [store.search_terms(words, count), store.search_vectors(vector, count)]
        return hashlib.sha256(repr(found).encode()).hexdigest()

    def name_of(self, answer: str) -> str:
        """ "old", "new" or "none"; an answer that is none of these is told as it is."""
        return self._names.get(answer, answer)

    def state(self, index: Path) -> str:
        """The name of what another process finds."""
        return self.name_of(apart(partial(self.answer, index)))

    def aftermath(self, index: Path) -> dict[str, Any]:
        """What another process finds and does: the state, what the next build says, the state
        then, and what lies about that should not."""

        def look() -> str:
            state = self.name_of(self.answer(index))
            built = self.build(index)
            then = self.name_of(self.answer(index))
            rubbish = self.rubbish(index)
            return json.dumps({"state": state, "next": built, "then": then, "rubbish": rubbish})

        found: dict[str, Any] = json.loads(apart(look))
        return found

    def rubbish(self, index: Path) -> list[str]:
        """Files that are neither of the index nor of the generation in force."""
        if not index.exists():
            return []
        found = [path.name for path in index.iterdir() if path.name not in _FILES]
        generations = {path.name for path in index.glob("generations/*")}
        if (index / "CURRENT").exists():
            generations -= {read_current(index).generation}
        return sorted({*found, *generations})
