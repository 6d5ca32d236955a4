"""The server: only this machine, only what it serves itself, one line where it cannot start."""

from __future__ import annotations

import re
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from rag.errors import IndexCorruptError, LoginError, ServeError
from rag.settings import Settings
from rag.web.served import ServedLibrary
from rag.web.server import OPEN_TO_ALL, create_app, serve
from tests.browsing import free_port, running
from tests.fake_library import FakeLibrary, SilentLibrary, conversing_over, made_in_a_loop
from tests.web.test_served import builds, opens, settled


def app_over(served: ServedLibrary) -> FastAPI:
    conversing = conversing_over(served, Path(mkdtemp()) / "conversations.sqlite")
    return made_in_a_loop(lambda: create_app(conversing, Path("seeds")))


def client_of(served: ServedLibrary) -> TestClient:
    served.start()
    settled(served)
    return TestClient(app_over(served), base_url="http://127.0.0.1:7860")


@pytest.fixture(scope="module")
def client() -> TestClient:
    library = FakeLibrary()
    return client_of(ServedLibrary(opens(library), builds(library)))


def test_the_chat_is_served_under_a_strict_policy(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert '<aside id="source"' in response.text
    policy = response.headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert int(response.headers["content-length"]) == len(response.content)


def test_the_theme_loads_no_foreign_font(client: TestClient) -> None:
    addresses = set(re.findall(r"https?://[\w.]+", client.get("/theme.css").text))
    assert addresses <= {"http://www.w3.org"}  # a namespace of the icons, which nobody fetches
    assert client.get("/config").json().get("stylesheets", []) == []


def test_the_page_and_its_scripts_find_their_files(client: TestClient) -> None:
    page = client.get("/").text
    named = set(re.findall(r'"(/web/[^"]+)"', page))
    for script in [name for name in named if name.endswith(".js")]:
        imported = re.findall(r'from "\./([^"]+)"|^import "\./([^"]+)"', client.get(script).text)
        named |= {f"/web/{one or other}" for one, other in imported}
    assert {"/web/chat.css", "/web/chat.js", "/web/source.js", "/web/icon.svg"} <= named
    assert {client.get(name).status_code for name in named} == {200}


def test_the_filters_suggest_what_the_library_has(client: TestClient) -> None:
    title = "The US holds talks with Iran in Baghdad"
    suggested = {"author": {"Peter Symonds": ""}, "source": {"000_915390efa79720e3.txt": title}}
    assert client.get("/choices").json() == suggested
    assert client.get("/choices?search=talks+symonds").json() == suggested
    assert client.get("/choices?search=whales").json() == {"author": {}, "source": {}}


def test_health_tells_why_there_is_no_library() -> None:
    error = IndexCorruptError("The index is cut short: rag build")
    client = client_of(ServedLibrary(opens(error), builds(FakeLibrary())))
    assert client.get("/health").json() == {"status": "failed", "detail": str(error)}
    assert client.get("/source?article=a1").status_code == 404
    assert "No articles here yet." in client.get("/source").text
    assert client.get("/choices").json() == {"author": {}, "source": {}}


@pytest.mark.parametrize("path", ["/source?article=a1", "/source", "/choices"])
def test_a_milvus_server_that_does_not_answer_is_one_line(path: str) -> None:
    library = SilentLibrary()
    served = ServedLibrary(opens(library), builds(library))
    client = TestClient(app_over(served), base_url="http://127.0.0.1:7860")
    served.start()
    settled(served)
    response = client.get(path)
    assert (response.status_code, response.json()) == (503, {"detail": str(SilentLibrary.error)})
    built = client.get("/library/build")
    assert (built.status_code, built.json()["kind"]) == (200, "failed")
    assert built.json()["line"] == str(SilentLibrary.error)


@pytest.mark.parametrize(
    "query",
    [
        "article=nobody",
        "article=../../etc/passwd",
        "article=a1&quote=1.-5.9.1&opened=1",
        "article=a1&quote=1.0.999999999999.1",
        "article=a1&quote=%3Cscript%3E",
        "article=a1&opened=x",
    ],
)
def test_an_address_made_by_hand_breaks_nothing(client: TestClient, query: str) -> None:
    response = client.get(f"/source?{query}")
    assert response.status_code in {200, 404, 422}
    assert "<mark" not in response.text
    assert "<script" not in response.text


def test_a_taken_port_is_one_line_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(
            seeds=tmp_path / "none",
            index=tmp_path / "none",
            conversations=tmp_path / "conversations.sqlite",
        )
        with pytest.raises(ServeError) as caught:
            serve(settings, "127.0.0.1", port)
    assert str(caught.value) == (
        f"Port {port} is taken: rag serve --port {port + 1}, or make run PORT={port + 1}"
    )


def test_a_conversation_is_listed_renamed_exported_and_deleted(tmp_path: Path) -> None:
    library = FakeLibrary()
    served = ServedLibrary(opens(library), builds(library))
    served.start()
    settled(served)
    conversing = conversing_over(served, tmp_path / "conversations.sqlite")
    app = made_in_a_loop(lambda: create_app(conversing, Path("seeds")))
    client = TestClient(app, base_url="http://127.0.0.1:7860")
    place = conversing.conversations.ask("", None, "Who <b>met</b>?").conversation_id
    strange = conversing.conversations.ask("somebody", None, "Secret?").conversation_id
    listed = client.get("/conversations").text
    assert "Who &lt;b&gt;met&lt;/b&gt;?" in listed
    assert "Secret" not in listed
    assert client.get(f"/conversation/{strange}.md").status_code == 404
    renamed = client.put(f"/conversation/{place}", json={"title": "The meeting"})
    assert renamed.json() == {"title": "The meeting"}
    for ending in ("md", "html"):
        export = client.get(f"/conversation/{place}.{ending}")
        named = f'attachment; filename="the-meeting.{ending}"'
        assert export.headers["content-disposition"] == named
        assert "The meeting" in export.text
    assert client.delete(f"/conversation/{place}").status_code == 200
    assert client.delete(f"/conversation/{place}").status_code == 404
    assert "No conversations yet." in client.get("/conversations").text


@pytest.mark.parametrize(("written", "line"), [(None, "is missing"), ("", "names nobody")])
def test_a_login_that_lets_nobody_in_is_one_line(
    tmp_path: Path, written: str | None, line: str
) -> None:
    file = tmp_path / "logins"
    if written is not None:
        file.write_text(written)
    with pytest.raises(LoginError, match=line):
        serve(Settings(seeds=tmp_path, index=tmp_path, login=file), "127.0.0.1", 7860)


def test_serving_everybody_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ServeError):  # not an address of this machine
        serve(
            Settings(seeds=tmp_path, index=tmp_path, conversations=tmp_path / "c.sqlite"),
            "192.0.2.1",
            7860,
        )
    assert capsys.readouterr().err == f"{OPEN_TO_ALL}\n"


def test_a_foreign_page_is_refused(client: TestClient) -> None:
    for path in ("/", "/health", "/config", "/source", "/gradio_api/info"):
        assert client.get(path, headers={"origin": "http://evil.example"}).status_code == 403


def test_a_server_that_is_ended_while_a_page_is_open_says_nothing_of_it(tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "tests.fake_server", str(port), str(tmp_path)]
    with ExitStack() as pages:
        with running(command, port, log) as address:
            pages.enter_context(urlopen(f"{address}/gradio_api/heartbeat/page"))
    assert log.read_text().splitlines()[-1] == f"Footnote is at {address}"
