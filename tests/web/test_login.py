"""Who may log in, and who is in: the file, attempts, sessions, and the pages before the chat."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from rag.errors import LoginError
from rag.web.login import SESSION_SECONDS, Login
from rag.web.login_file import LoginFile, Scrambled, folded_name
from rag.web.login_page import LoginMiddleware, person_of
from rag.web.page import PageMiddleware

PASSWORD = "a harbour in the fog"


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost a thousandth; that they cost enough has a test of its own."""
    made = Scrambled.of

    def cheap(password: str) -> Scrambled:
        return made(password, cost=2**4)

    monkeypatch.setattr(Scrambled, "of", cheap)
    monkeypatch.setattr("rag.web.login._NOBODY", Scrambled(bytes(16), bytes(32), 2**4))


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


# The file.


def test_the_file_holds_no_password_and_is_for_its_owner_alone(file: LoginFile) -> None:
    text = file.path.read_text()
    assert text.startswith("ada:scrypt$")
    assert PASSWORD not in text
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


def test_a_password_costs_what_owasp_asks() -> None:
    kept = Scrambled(b"salt", bytes(32))
    assert (kept.cost, kept.block_size, kept.parallel) == (2**15, 8, 3)
    assert not kept.is_of(PASSWORD)


def test_the_same_password_is_kept_in_another_way_each_time(file: LoginFile) -> None:
    file.allow("Tom", PASSWORD)
    people = file.people()
    assert people["ada"].digest != people["tom"].digest


def test_a_new_password_takes_the_place_of_the_one_before(file: LoginFile) -> None:
    file.allow("ADA", "another harbour")
    assert list(file.people()) == ["ada"]
    assert file.people()["ada"].is_of("another harbour")
    assert not file.people()["ada"].is_of(PASSWORD)


@pytest.mark.parametrize("name", ["", " ", "a:b", "a\nb", "a\u202eb", "x" * 65])
def test_a_name_that_cannot_be_kept_is_refused(file: LoginFile, name: str) -> None:
    with pytest.raises(LoginError, match="A name has"):
        file.allow(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "7 chars", "x" * 1001])
def test_a_short_or_endless_password_is_refused(file: LoginFile, password: str) -> None:
    with pytest.raises(LoginError, match="A password has"):
        file.allow("tom", password)


@pytest.mark.parametrize(
    "text",
    [
        "ada",
        "ada:secret",
        "ada:scrypt$32768$8$3$c2FsdA==$",
        "ada:scrypt$32768$8$3$$c2FsdA==",
        f"ada:scrypt$1073741824$8$3$c2FsdA==${'A' * 43}=",
        f"ada:scrypt$3$8$3$c2FsdA==${'A' * 43}=",
        f"ada:scrypt$32768$8$-3$c2FsdA==${'A' * 43}=",
        f"ada:md5$32768$8$3$c2FsdA==${'A' * 43}=",
    ],
)
def test_a_damaged_line_lets_nobody_in(file: LoginFile, login: Login, text: str) -> None:
    token = login.attempt("ada", PASSWORD, "here")
    file.path.write_text(f"{text}\n")
    with pytest.raises(LoginError, match="line 1 holds no password that rag login made"):
        file.people()
    assert login.name_of(token) is None


def test_a_missing_file_tells_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LoginError, match="rag login NAME"):
        LoginFile(tmp_path / "none").people()


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=20))
def test_a_password_is_read_back_as_it_was_kept(password: str) -> None:
    kept = Scrambled.parse(str(Scrambled.of(password)))
    assert kept.is_of(password)
    assert not kept.is_of(f"{password}x")


def test_a_name_is_the_same_however_it_is_typed() -> None:
    assert folded_name(" ZOË ") == folded_name("zoe\u0308")


# Attempts and sessions.


def test_who_knows_the_password_gets_a_session(login: Login) -> None:
    token = login.attempt("Ada ", PASSWORD, "here")
    assert login.name_of(token) == "ada"
    assert login.attempt("ada", PASSWORD, "here") != token
    assert login.name_of("") is None
    assert login.name_of(f"{token}x") is None


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong password"), ("tom", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(
    login: Login, name: str, password: str
) -> None:
    with pytest.raises(LoginError, match="This name and password do not go together"):
        login.attempt(name, password, "here")


def fail(login: Login, times: int, name: str = "ada", address: str = "here") -> None:
    for _ in range(times):
        with pytest.raises(LoginError, match="do not go together"):
            login.attempt(name, "wrong password", address)


def test_too_many_attempts_have_to_wait(login: Login, clock: Clock) -> None:
    fail(login, 10)
    with pytest.raises(LoginError, match="Too many attempts: try again in 5 minutes"):
        login.attempt("ada", PASSWORD, "here")
    assert login.attempt("ada", PASSWORD, "elsewhere")
    clock.seconds += 301
    assert login.attempt("ada", PASSWORD, "here")


def test_attempts_on_one_name_from_many_addresses_have_to_wait(login: Login) -> None:
    for number in range(20):
        fail(login, 1, address=f"address {number}")
    with pytest.raises(LoginError, match="Too many"):
        login.attempt("ada", PASSWORD, "yet another")


def test_who_gets_in_has_failed_no_more(login: Login) -> None:
    for _ in range(3):
        fail(login, 9)
        login.attempt("ada", PASSWORD, "here")


def test_a_session_ends_by_itself_and_by_leaving(login: Login, clock: Clock) -> None:
    one, other = (login.attempt("ada", PASSWORD, "here") for _ in range(2))
    login.end(one)
    assert login.name_of(one) is None
    clock.seconds += SESSION_SECONDS + 1
    assert login.name_of(other) is None


def test_a_new_password_and_a_deleted_line_end_the_sessions(file: LoginFile, login: Login) -> None:
    file.allow("tom", PASSWORD)
    ada, tom = (login.attempt(name, PASSWORD, "here") for name in ("ada", "tom"))
    file.allow("ada", "another harbour")
    assert login.name_of(ada) is None
    assert login.name_of(tom) == "tom"
    lines = file.path.read_text().splitlines()
    file.path.write_text(next(line for line in lines if line.startswith("ada")) + "\n")
    assert login.name_of(tom) is None


# The pages.


@pytest.fixture
def client(login: Login) -> TestClient:
    app = FastAPI()
    app.add_middleware(LoginMiddleware, login=login)
    app.add_middleware(PageMiddleware)

    @app.get("/who")
    def who(request: Request) -> str:
        return person_of(request.state)

    @app.get("/health")
    def health(request: Request) -> str:
        return person_of(request.state)

    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def log_in(client: TestClient, password: str = PASSWORD, place: str = "/") -> object:
    form = {"name": "Ada", "password": password}
    return client.post("/login", params={"next": place}, data=form)


def test_a_stranger_is_led_to_the_login_and_then_where_they_wanted_to_go(
    client: TestClient,
) -> None:
    led = client.get("/who?a=1&b=2", headers={"accept": "text/html"})
    assert led.status_code == 303
    assert client.get(led.headers["location"]).status_code == 200
    form = {"name": "Ada", "password": PASSWORD}
    back = client.post(led.headers["location"], data=form)
    assert back.headers["location"] == "/who?a=1&b=2"
    assert client.get("/who").json() == "ada"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/who", "/conversations", "/gradio_api/queue/join", "/source", "/web/../who", "/web/x"]
)
def test_what_a_script_asks_without_a_session_is_refused(
    client: TestClient, method: str, path: str
) -> None:
    assert client.request(method, path).status_code == 401


def test_health_is_for_everybody(client: TestClient) -> None:
    assert client.get("/health").json() == ""


def test_the_cookie_is_for_this_server_and_no_script(client: TestClient) -> None:
    cookie = log_in(client).headers["set-cookie"]  # type: ignore[attr-defined]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "Domain" not in cookie


def test_the_login_page_runs_no_script_and_is_not_kept(client: TestClient) -> None:
    page = client.get("/login")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "form-action 'self'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"


def test_a_wrong_password_is_told_and_the_name_stays_as_text(client: TestClient) -> None:
    form = {"name": '"><script>alert(1)</script>', "password": "wrong password"}
    page = client.post("/login", data=form)
    assert page.status_code == 403
    assert "do not go together" in page.text
    assert "<script" not in page.text
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/login",
        "",
    ],
)
def test_nobody_is_led_to_another_server(client: TestClient, place: str) -> None:
    assert log_in(client, place=place).headers["location"] == "/"  # type: ignore[attr-defined]
    assert client.get("/login", params={"next": place}).headers["location"] == "/"


def test_a_link_of_a_foreign_page_finds_the_session(client: TestClient) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    page = client.get("/login?next=/who", headers=foreign)  # the browser withholds the cookie
    assert (
        '<meta http-equiv="refresh" content="0; url=/login?next=%2Fwho&amp;again=1">' in page.text
    )
    assert "<form" in client.get("/login?next=/who&again=1", headers=foreign).text
    log_in(client)
    assert client.get("/login?next=/who&again=1").headers["location"] == "/who"


def test_leaving_ends_the_session(client: TestClient) -> None:
    log_in(client)
    token = client.cookies["footnote_session"]
    assert "logged in as <bdi>ada</bdi>" in client.get("/logout").text
    left = client.post("/logout").headers
    assert left["location"] == "/login"
    assert left["clear-site-data"] == '"storage"'
    client.cookies.set("footnote_session", token)
    assert client.get("/who").status_code == 401


def test_a_form_without_end_is_refused(client: TestClient) -> None:
    body = "name=ada&password=" + "x" * 100_000
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/login", content=body, headers=headers).status_code == 403
