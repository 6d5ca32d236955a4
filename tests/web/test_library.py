"""The library over HTTP: only its own page changes it, and nothing it is sent goes astray."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag.settings import Settings
from rag.types import BuildReport, Failure, Progress
from rag.web.catalogue import Found, Row, scan
from rag.web.library import (
    LibraryDesk,
    describe_report,
    library_page,
    library_routes,
    render_rows,
)
from rag.web.pages import PageMiddleware, tell_errors
from rag.web.served import Ready, ServedLibrary
from tests.fake_library import FakeLibrary
from tests.web.test_served import builds, opens, settled

OURS = {"origin": "http://127.0.0.1:7860"}
STORY = b"Whales return\n\nGrey whales were seen near the harbour for the first time in years.\n"


def client_of(served: ServedLibrary, settings: Settings) -> TestClient:
    app = FastAPI()
    app.add_middleware(PageMiddleware)
    tell_errors(app)
    app.include_router(library_routes(LibraryDesk(served, settings.seeds, settings.index)))
    return TestClient(app, base_url="http://127.0.0.1:7860", headers=OURS)


@pytest.fixture
def served() -> ServedLibrary:
    served = ServedLibrary(opens(FakeLibrary()), builds(FakeLibrary()))
    served.start()
    settled(served)
    return served


@pytest.fixture
def client(served: ServedLibrary, settings: Settings) -> TestClient:
    return client_of(served, settings)


def add(client: TestClient, name: str, content: bytes = STORY, **query: str) -> int:
    params = {"name": name, **query}
    return client.put("/library/file", params=params, content=content).status_code


def names(settings: Settings) -> set[str]:
    found = settings.seeds.rglob("*") if settings.seeds.exists() else ()
    return {path.relative_to(settings.seeds).as_posix() for path in found if path.is_file()}


def test_the_page_is_served_under_the_policy(client: TestClient) -> None:
    response = client.get("/library")
    assert response.text == library_page(logs_out=False)
    assert "script-src 'self';" in response.headers["content-security-policy"]
    assert "onclick" not in response.text


def test_a_file_is_added_listed_removed_and_put_back(
    client: TestClient, settings: Settings
) -> None:
    assert client.get("/library/list").json()["found"] == "0 entries"
    added = client.put("/library/file", params={"name": "2007/whales.txt"}, content=STORY)
    assert added.json() == {"source": "2007/whales.txt", "outcome": "added"}
    listed = client.get("/library/list").json()
    assert listed["counts"]["new"] == 1
    assert "2007/whales.txt" in listed["rows"]

    removed = client.delete("/library/file", params={"source": "2007/whales.txt"}).json()
    assert client.get("/library/list").json()["found"] == "0 entries"
    trash = client.get("/library/list", params={"show": "in the trash"}).json()
    assert removed["trash_id"] in trash["rows"]
    back = client.post(f"/library/trash/{removed['trash_id']}")
    assert back.json() == {"source": "2007/whales.txt"}
    assert names(settings) == {"2007/whales.txt"}

    client.delete("/library/file", params={"source": "2007/whales.txt"})
    assert client.delete("/library/trash").status_code == 200
    assert names(settings) == set()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../whales.txt", None),
        ("/etc/whales.txt", "etc/whales.txt"),
        ("..\\..\\whales.txt", "_.._whales.txt"),
        (".ssh/whales.txt", "ssh/whales.txt"),
        ("whales.txt\u202e", "whales.txt"),
        ("whales.exe", None),
        ("whales", None),
        (".trash/whales.txt", "trash/whales.txt"),
    ],
)
def test_a_name_stays_within_the_folder(
    client: TestClient, settings: Settings, tmp_path: Path, name: str, kept: str | None
) -> None:
    assert add(client, name) == (200 if kept else 400)
    assert names(settings) == ({kept} if kept else set())
    assert {path.name for path in tmp_path.iterdir()} <= {"seeds"}


def test_a_file_that_is_too_large_is_refused_while_it_comes(
    client: TestClient, settings: Settings
) -> None:

    def endless() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 1_000_000

    response = client.put("/library/file", params={"name": "long.txt"}, content=endless())
    assert response.status_code == 400
    assert "more than 20 MB" in response.json()["detail"]
    assert names(settings) == set()


@pytest.mark.parametrize("current", [None, "nonsense", f"g000001 {'0' * 64}\n"])
def test_a_folder_is_not_scanned_for_every_list_where_no_index_can_be_read(
    served: ServedLibrary, settings: Settings, monkeypatch: pytest.MonkeyPatch, current: str | None
) -> None:
    settings.index.mkdir()
    if current:
        (settings.index / "CURRENT").write_text(current)
    scans = []
    monkeypatch.setattr("rag.web.library._FRESH_SECONDS", 600)
    monkeypatch.setattr(
        "rag.web.catalogue.scan", lambda *folders: scans.append(1) or scan(*folders)
    )
    desk = LibraryDesk(served, settings.seeds, settings.index)
    assert desk.catalogue() is desk.catalogue()
    assert bool(desk.problem) == bool(current)
    desk.changed()
    desk.catalogue()
    assert len(scans) == 2


def _slow(
    may_go_on: threading.Event, begun: threading.Event
) -> Callable[[Callable[[Progress], None]], FakeLibrary]:
    def build(progress: Callable[[Progress], None]) -> FakeLibrary:
        progress(Progress("embedding", 5, 1200, 10))
        begun.set()
        assert may_go_on.wait(10)
        progress(Progress("embedding", 9, 1200, 20))
        return FakeLibrary()

    return build


def test_a_build_is_followed_and_cancelled_and_the_library_before_stays(
    settings: Settings,
) -> None:
    may_go_on, begun = threading.Event(), threading.Event()
    before = FakeLibrary()
    served = ServedLibrary(opens(before), _slow(may_go_on, begun))
    served.start()
    settled(served)
    client = client_of(served, settings)
    assert client.post("/library/build").json()["kind"] == "working"
    assert begun.wait(10)
    told = client.get("/library/build").json()
    assert (told["building"], told["done"], told["total"]) == (True, 5, 1200)
    assert told["line"] == "5 of 1,200 files"
    stopping = client.delete("/library/build").json()
    assert (stopping["building"], stopping["line"]) == (False, "Stopping the build")
    may_go_on.set()
    assert settled(served) == Ready(before)
    assert client.get("/library/build").json()["kind"] == "ready"


def test_what_a_build_did_is_one_line() -> None:
    report = BuildReport("g1", 5, 50, 12, (), 3.4, added=2, removed=1, unchanged=1200)
    assert describe_report(report) == (
        "Built in 3.4 s: 2 new, 1 removed, 1,200 unchanged. 12 passages embedded anew."
    )
    failures = (Failure("scan.pdf", "no PDF, or a damaged one"),)
    assert "1,200 unchanged, 1 file not read." in describe_report(
        replace(report, failures=failures)
    )


HOSTILE = "<img src=x onerror=\"alert('1')\">\u202e\n"


class _Tags(HTMLParser):
    """Which elements and attributes there are."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.values: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values.update(attrs)


def tags(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def rendered(*rows: Row, **asked: Any) -> str:
    return render_rows(Found(rows, len(rows), 1, 1), **asked)


@given(st.text(max_size=60))
def test_no_word_of_a_file_becomes_markup(text: str) -> None:
    row = Row(
        *("indexed", text, text, text, 5, text, text, text, text, (text,), (text,), 9, 1),
    )
    found = tags(rendered(row))
    assert found.names <= {"tr", "th", "td", "a", "bdi", "small", "span", "button"}
    assert found.attributes <= {
        *("class", "scope", "href", "data-label", "title", "type", "name", "value"),
        *("data-articles", "aria-label"),
    }
    assert (found.values["href"] or "").startswith("#source?")


def test_the_button_names_the_very_file() -> None:
    html = rendered(Row("new", HOSTILE, HOSTILE, HOSTILE, 5))
    (value,) = re.findall(r'name="remove" value="([^"]*)"', html)
    assert unquote(value) == HOSTILE


def test_sources_that_tell_the_same_are_named_and_counted() -> None:
    row = Row("duplicate", "d", "d", "D", 5, also_in=("a", "b", "c"), also_count=1003)
    html = rendered(row)
    assert "Also in <bdi>a</bdi>, <bdi>b</bdi>, <bdi>c</bdi> and 1,000 more" in html


def test_an_empty_list_says_why() -> None:
    assert "Drop files" in rendered()
    assert "Nothing in the library matches" in rendered(search="whales")
    assert "Nothing in the library matches" in rendered(show="failed")
