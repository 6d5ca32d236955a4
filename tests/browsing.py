"""Real Chromium for the tests of the page: visitors, pictures, and a server to visit.

With FOOTNOTE_SCREENSHOTS=1 (``make screenshots``) the pictures in docs/ are taken anew.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Request, expect

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ON_LEAVING = ("AbortError: signal is aborted", "Unexpected error Connection errored out")
"""What Gradio's client writes where a page is left while it follows an answer."""
START_SECONDS = 240  # a busy machine reads the models slowly
ANSWER_MILLISECONDS = 240_000  # as long
expect.set_options(timeout=60_000)  # a busy machine; what holds is seen at once


@dataclass(eq=False)
class Visit:
    """A page, and what it did that no page may do."""

    page: Page
    address: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                message.type == "error"
                and not message.text.startswith(ON_LEAVING)
                and self.errors.append(message.text)
            ),
        )

    def _request(self, request: Request) -> None:
        ours = f"{urlsplit(self.address).scheme}://{urlsplit(self.address).netloc}/"
        if not request.url.startswith((ours, "data:", "blob:")):
            self.foreign.append(request.url)

    def ask(self, question: str) -> Locator:
        """Asks, and gives the whole answer once it is there."""
        answers = self.page.locator("#conversation .answer.whole")
        before = answers.count()
        self.page.locator("#question textarea").fill(question)
        self.page.locator("#question textarea").press("Enter")
        expect(answers).to_have_count(before + 1, timeout=ANSWER_MILLISECONDS)
        return answers.nth(before)

    @property
    def marked(self) -> Locator:
        """The quote that the source panel was opened at."""
        return self.page.locator("#source mark.current")


@contextmanager
def running(command: Sequence[str], port: int, log: Path, **environment: str) -> Iterator[str]:
    """The address of a server that ``command`` starts on ``port``, once it is ready.

    ``environment`` holds variables to set besides this process's own.
    """
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while '"status":"working"' in (health := _health(address)):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"{health}\n{log.read_text()}"
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _health(address: str) -> str:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=START_SECONDS) as response:
            return response.read().decode()
    except OSError:
        return '"status":"working"'


@contextmanager
def visit(
    browser: Browser,
    address: str,
    width: int = 1440,
    height: int = 900,
    script: str = "",
) -> Iterator[Visit]:
    """A fresh visitor. Afterwards: nothing left this machine, and nothing failed in the page.

    ``script`` runs in every document before its own.
    """
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="light",
        is_mobile=phone,
        has_touch=phone,
        reduced_motion="reduce",
    )
    context.set_default_timeout(120_000)  # a busy machine
    if script:
        context.add_init_script(script)
    visited = Visit(context.new_page(), address)
    visited.page.goto(address)
    expect(visited.page.locator("#library .state.ready")).to_be_visible(timeout=30_000)
    yield visited
    context.close()
    assert visited.foreign == [], visited.foreign
    assert visited.errors == [], visited.errors


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_AXE_SHA256 = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc"


@cache
def axe() -> str:
    """axe-core, which comes with the tests' installation and is no part of what users get: a
    ``script`` for ``visit``, held by its hash."""
    script = (files("axe_playwright_python") / "axe.min.js").read_bytes()
    assert hashlib.sha256(script).hexdigest() == _AXE_SHA256
    return script.decode("utf-8")


def assert_for_everybody(page: Page) -> None:
    """axe-core finds nothing serious, light or dark, and nothing is wider than the window."""
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.evaluate("() => Promise.all(document.getAnimations().map((each) => each.finished))")
        found: list[dict[str, Any]] = page.evaluate(
            "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
        )
        assert [
            f"{each['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"][:3]
        ] == []
    page.emulate_media(color_scheme="light")


def take_picture(
    page: Page, name: str, *, in_dark: bool = False, mouse_stays: bool = False
) -> None:
    """Overwrites a picture in docs/, but only when asked to; ``in_dark`` another one as well."""
    if os.environ.get("FOOTNOTE_SCREENSHOTS") != "1":
        return
    page.mouse.move(0, 0)
    for scheme in SCHEMES[: 1 + in_dark]:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        page.screenshot(path=ROOT / "docs" / f"{name}{'-dark' * (scheme == 'dark')}.png")
    page.emulate_media(color_scheme="light")
