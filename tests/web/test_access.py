"""Who may speak to the server: its own pages, under a name of this machine, and who has a login."""

from __future__ import annotations

import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from httpx import Response
from starlette.testclient import TestClient

from rag.errors import LoginError
from rag.web import access
from rag.web.access import (
    Login,
    LoginFile,
    OwnPagesMiddleware,
    folded_name,
    person_of,
    require_login,
)
from rag.web.pages import PageMiddleware

PASSWORD = "a harbour in the fog"


def status(host: str, headers: dict[str, str], *names: str, method: str = "GET") -> int:
    app = FastAPI()
    app.add_middleware(OwnPagesMiddleware, host=host, names=names)

    @app.api_route("/", methods=["GET", "POST"])
    def page() -> str:
        return ""

    return TestClient(app).request(method, "/", headers=headers).status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "192.168.1.5"])
@pytest.mark.parametrize("name", ["127.0.0.1:7860", "LOCALHOST", "[::1]:7860"])
def test_loopback_names_are_always_its_own(host: str, name: str) -> None:
    assert status(host, {"host": name}) == 200


@pytest.mark.parametrize("name", ["192.168.1.5:7860", "[fe80::1]", socket.gethostname()])
def test_other_machines_may_ask_only_where_it_listens_to_them(name: str) -> None:
    assert status("127.0.0.1", {"host": name}) == 400
    assert status("0.0.0.0", {"host": name}) == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("name", ["rebound.example", "127.0.0.1.rebound.example", "", "["])
def test_a_name_that_others_can_give_this_machine_is_refused(host: str, name: str) -> None:
    assert status(host, {"host": name}) == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:7860", "http://["],
)
def test_only_its_own_page_may_ask(method: str, origin: str) -> None:
    headers = {"host": "127.0.0.1:7860", "origin": origin}
    assert status("127.0.0.1", headers, method=method) == 403
    own = {"host": "192.168.1.5:7860", "origin": "http://192.168.1.5:7860"}
    assert status("0.0.0.0", own, method=method) == 200


def test_a_name_that_a_proxy_serves_is_known() -> None:
    name, origin = "notes.example.org", "https://notes.example.org"
    assert status("127.0.0.1", {"host": name, "origin": origin}, name) == 200
    assert status("127.0.0.1", {"host": "127.0.0.1:7860", "origin": origin}, name) == 200
    assert status("127.0.0.1", {"host": "127.0.0.1:7860", "origin": "https://evil"}, name) == 403


class Clock:
    """A time that a test sets."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost a thousandth; that they cost enough has a test of its own."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(access, "HASHER", cheap)
    monkeypatch.setattr(access, "_NOBODY", cheap.hash("nobody"))


@pytest.fixture
def file(tmp_path: Path) -> LoginFile:
    file = LoginFile(tmp_path / "people" / "logins")
    file.allow("Ada", PASSWORD)
    return file


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def login(file: LoginFile, clock: Clock) -> Login:
    return Login(file, clock)


def test_the_file_holds_hashes_and_is_for_its_owner_alone(file: LoginFile) -> None:
    file.allow("Tom", PASSWORD)
    text = file.path.read_text()
    assert text.startswith("ada:$argon2id$")
    assert PASSWORD not in text
    assert len(set(file.people().values())) == 2  # of the same password
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", " ", "a:b", "a\nb", "a\u202eb", "x" * 65])
def test_a_name_that_cannot_be_kept_is_refused(file: LoginFile, name: str) -> None:
    with pytest.raises(LoginError, match="A name has"):
        file.allow(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "7 chars", "x" * 1001])
def test_a_short_or_endless_password_is_refused(file: LoginFile, password: str) -> None:
    with pytest.raises(LoginError, match="A password has"):
        file.allow("tom", password)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ada", "nobody made"),
        ("ada:secret", "nobody made"),
        ("ada:$argon2id$v=19$m=65536,t=3", "nobody made"),
        ("ada:scrypt$32768$8$3$c2FsdA==$AAAA", "an older Footnote made"),
    ],
)
def test_a_damaged_or_old_line_lets_nobody_in_and_says_what_to_do(
    file: LoginFile, login: Login, line: str, told: str
) -> None:
    session = login.attempt("ada", PASSWORD, "here")
    file.path.write_text(f"{line}\n")
    with pytest.raises(LoginError, match=f"line 1 .* {told}: delete the line, then rag login ada"):
        file.people()
    assert login.name_of(session) is None


def test_a_name_and_a_password_are_the_same_however_they_are_composed(file: LoginFile) -> None:
    assert folded_name(" ZOË ") == folded_name("zoe\u0308")
    file.allow("Zoë", "a café by the sea")
    assert Login(file).attempt("zoe\u0308", "a cafe\u0301 by the sea", "here")["name"] == "zoë"


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong password"), ("tom", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(
    login: Login, name: str, password: str
) -> None:
    with pytest.raises(LoginError, match="This name and password do not go together"):
        login.attempt(name, password, "here")


def fail(login: Login, times: int, address: str = "here") -> None:
    for _ in range(times):
        with pytest.raises(LoginError, match="do not go together"):
            login.attempt("ada", "wrong password", address)


def test_too_many_attempts_have_to_wait(login: Login, clock: Clock) -> None:
    fail(login, 9)
    login.attempt("ada", PASSWORD, "here")  # who gets in has failed no more
    fail(login, 10)
    with pytest.raises(LoginError, match="Too many attempts: try again in 5 minutes"):
        login.attempt("ada", PASSWORD, "here")
    assert login.attempt("ada", PASSWORD, "elsewhere")
    clock.seconds += 301
    for number in range(20):
        fail(login, 1, address=f"address {number}")
    with pytest.raises(LoginError, match="Too many"):  # on one name, from many addresses
        login.attempt("ada", PASSWORD, "yet another")


def test_a_session_ends_by_leaving_and_with_its_password(file: LoginFile, login: Login) -> None:
    file.allow("tom", PASSWORD)
    one, other, tom = (login.attempt(name, PASSWORD, "here") for name in ("Ada ", "ada", "tom"))
    assert [login.name_of(each) for each in (one, other, tom)] == ["ada", "ada", "tom"]
    assert login.name_of({}) is None
    login.end(one)
    assert login.name_of(one) is None
    file.allow("ADA", "another harbour")
    assert login.name_of(other) is None
    assert list(file.people()) == ["ada", "tom"]
    file.path.write_text(file.path.read_text().partition("\n")[0] + "\n")
    assert login.name_of(tom) is None


@pytest.fixture
def client(login: Login) -> TestClient:
    app = FastAPI()
    require_login(app, login)
    app.add_middleware(PageMiddleware)

    @app.get("/who")
    @app.get("/health")
    def who(request: Request) -> str:
        return person_of(request)

    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def log_in(client: TestClient, place: str = "/", **form: Any) -> Response:
    form = {"name": "Ada", "password": PASSWORD, **form}
    return client.post("/login", params={"next": place}, data=form)


def test_a_stranger_is_led_to_the_login_and_then_where_they_wanted_to_go(
    client: TestClient,
) -> None:
    assert client.get("/health").json() == ""
    led = client.get("/who?a=1&b=2", headers={"accept": "text/html"})
    assert led.status_code == 303
    assert client.get(led.headers["location"]).status_code == 200
    back = client.post(led.headers["location"], data={"name": "Ada", "password": PASSWORD})
    assert back.headers["location"] == "/who?a=1&b=2"
    assert client.get("/who").json() == "ada"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/who", "/gradio_api/queue/join", "/web/../who", "/web/x"])
def test_what_a_script_asks_without_a_session_is_refused(
    client: TestClient, method: str, path: str
) -> None:
    assert client.request(method, path).status_code == 401


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_this_server_and_no_script(
    client: TestClient, scheme: str, secure: bool
) -> None:
    client.base_url = f"{scheme}://127.0.0.1"  # type: ignore[assignment]
    cookie = log_in(client).headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=lax", "path=/"} <= set(cookie)
    assert ("secure" in cookie) == secure
    assert "domain" not in str(cookie)


@pytest.mark.parametrize("cookie", ["", "x", "eyJuYW1lIjogImFkYSJ9.x.y", "bnVsbA=="])
def test_a_cookie_that_this_server_did_not_sign_opens_nothing(
    client: TestClient, cookie: str
) -> None:
    client.cookies.set("footnote_session", cookie)
    assert client.get("/who").status_code == 401


def test_the_login_page_runs_no_script_and_is_not_kept(client: TestClient) -> None:
    page = client.get("/login")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "form-action 'self'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"


def test_a_wrong_password_is_told_and_the_name_stays_as_text(client: TestClient) -> None:
    page = log_in(client, name='"><script>alert(1)</script>', password="wrong password")
    assert page.status_code == 403
    assert "do not go together" in page.text
    assert "<script" not in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/login", ""],
)
def test_nobody_is_led_to_another_server(client: TestClient, place: str) -> None:
    assert log_in(client, place).headers["location"] == "/"
    assert client.get("/login", params={"next": place}).headers["location"] == "/"


def test_leaving_ends_the_session(client: TestClient) -> None:
    log_in(client)
    cookie = client.cookies["footnote_session"]
    assert "logged in as <bdi>ada</bdi>" in client.get("/logout").text
    left = client.post("/logout").headers
    assert left["location"] == "/login"
    assert left["clear-site-data"] == '"storage"'
    assert client.get("/who").status_code == 401
    client.cookies.set("footnote_session", cookie)  # kept by somebody
    assert client.get("/who").status_code == 401


def test_a_form_without_end_is_refused(client: TestClient) -> None:
    assert log_in(client, password="x" * 100_000).status_code == 403
