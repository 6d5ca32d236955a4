"""Real Chromium before the real chat, over articles that attack who reads them.

No script of theirs runs, nothing but this server is asked for, and the page keeps its shape.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from rag.index import open_store
from tests.browsing import Visit, free_port, running, visit
from tests.hostile import PAYLOADS, word_of, write_articles
from tests.test_browser_library import DROP

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]  # on a busy machine

ASKED_TOGETHER = 9
"""As many quotes as an answer shows at most."""
WATCH = """
    window.ran = [];
    window.owned = () => window.ran.push('owned');
    window.alert = window.prompt = window.confirm = window.print = () => window.ran.push('dialog');
    window.open = (address) => { window.ran.push('window ' + address); return null; };
"""
"""Runs before any script of a page, and hears those of an article."""
FOUND_IN_PAGE = """() => {
    const parts = [...document.querySelectorAll(
        '#conversation, #source, #chips, #notice, dialog, #library')];
    const all = parts.flatMap((part) => [...part.querySelectorAll('*')]);
    const names = new RegExp('^(script|style|link|meta|base|iframe|frame|object|embed|math|img|' +
        'video|audio|noscript|x-y)$');
    const odd = /^\\s*(javascript|data|vbscript|file|blob):|leak\\.invalid/i;
    const loading = ['src', 'srcset', 'poster', 'action', 'background', 'data'];
    const loads = (each) => loads_by(each) || /url\\(/.test(each.getAttribute('style') || '');
    const loads_by = (each) => loading.some((name) => odd.test(each.getAttribute(name) || ''));
    const spoofing = /[\\u202a-\\u202e\\u2066-\\u2069\\u200b\\u2060\\ufeff]/;
    const apart = (part) => part.id === 'chips' ? '' : part.textContent; // each in a <bdi>
    const links = all.filter((each) => each.matches('a[href]'));
    const own = all.filter((each) => !each.closest('svg')); // Gradio's icons have their style
    return {
        ran: window.ran,
        title: document.title.replace(/^.* · /, ''), // a conversation's stands before ours
        elements: own.map((each) => each.localName).filter((name) => names.test(name)),
        drawings: document.querySelectorAll('.answer svg, .question svg, #source svg').length,
        handlers: all.flatMap((each) => each.getAttributeNames())
            .filter((name) => /^on|^srcdoc$|^formaction$/.test(name)),
        loads: all.filter(loads).map((each) => each.outerHTML.slice(0, 200)),
        odd_links: links.map((each) => each.getAttribute('href'))
            .filter((href) => !/^(#source|#do\\?|#ask\\?|\\/|https?:)/.test(href)),
        open_links: links.filter((each) => each.matches('[href^=http]:not([rel~=noopener])'))
            .length,
        panels: document.querySelectorAll('[id=source]').length,
        overrides: parts.map(apart).filter((text) => spoofing.test(text)),
    };
}"""
HARMLESS = {
    "ran": [],
    "title": "Footnote",
    "elements": [],
    "handlers": [],
    "drawings": 0,
    "loads": [],
    "odd_links": [],
    "open_links": 0,
    "panels": 1,
    "overrides": [],
}
SHAPE = """() => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    const masthead = box('#masthead'), composer = box('#composer');
    return {
        wider: document.documentElement.scrollWidth - innerWidth,
        above: masthead.top,
        masthead: masthead.height < 120,
        composer: composer.bottom <= innerHeight + 1 && composer.height < innerHeight / 2,
        beside: [...document.querySelectorAll('#conversation .answer *, #source *')]
            .filter((each) => getComputedStyle(each).position === 'fixed').length,
    };
}"""
FOUND_IN_LIBRARY = """() => {
    const all = [...document.querySelectorAll(
        ':is(#rows, #added, #undo, #problem, #found, #pending, dialog) *')];
    const names = new RegExp('^(script|style|link|meta|base|iframe|object|embed|math|img|svg|' +
        'video|audio|noscript|x-y)$');
    return {
        ran: window.ran,
        title: document.title,
        elements: all.map((each) => each.localName).filter((name) => names.test(name)),
        attributes: all.flatMap((each) => each.getAttributeNames())
            .filter((name) => /^on|^src|^style$|^formaction$|^autofocus$/.test(name)),
        odd_links: all.filter((each) => each.matches('a[href]:not([href^="#source"])')).length,
        overrides: all.filter((each) => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(each.textContent))
            .length,
        wider: document.documentElement.scrollWidth > innerWidth,
    };
}"""
HARMLESS_LIBRARY = {
    "ran": [],
    "title": "Library · Footnote",
    "elements": [],
    "attributes": [],
    "odd_links": 0,
    "overrides": 0,
    "wider": False,
}
MOST_PAGES = 50
IN_SHAPE = {"wider": 0, "above": 0, "masthead": True, "composer": True, "beside": 0}
SET_FILTERS = """(payload) => {
    const form = document.querySelector('#filter-choice form');
    for (const name of ['author', 'source']) form.elements[name].value = payload;
    form.requestSubmit();
}"""
READ_ALL = """async (articles) => {
    const panel = document.getElementById('source-text');
    const wide = [];
    for (const id of articles) {
        const response = await fetch('/source?article=' + id);
        panel.innerHTML = await response.text();
        if (!response.ok || panel.scrollWidth > panel.clientWidth + 1) wide.push(id);
    }
    return wide;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    write_articles(folder / "seeds")
    return folder


@pytest.fixture(scope="module")
def articles(folder: Path, address: str) -> list[str]:
    """The ids of all that could be read."""
    with closing(open_store(folder / "index", None)) as store:
        return [article.id for article in store.articles()]


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.hostile", str(port), str(folder)]
    with running(command, port, folder / "server.log") as address:
        yield address


@contextmanager
def watched(
    browser: Browser, address: str, width: int = 1440, height: int = 900
) -> Iterator[Visit]:
    """A visitor who hears what an article's scripts would do; ``visit`` sees every request."""
    with visit(browser, address, width, height, script=WATCH) as visited:
        page = visited.page
        page.context.on("page", lambda other: visited.errors.append(f"opened {other.url}"))
        page.on("dialog", lambda dialog: visited.errors.append(dialog.message))
        yield visited
        assert_harmless(page)


def assert_harmless(page: Page) -> None:
    assert page.evaluate(FOUND_IN_PAGE) == HARMLESS
    assert page.evaluate(SHAPE) == IN_SHAPE


NUMBERED = list(enumerate(PAYLOADS.values()))
ATTACKING = "script,attribute double,override,latex,prompt,closing tags,image error".split(",")
"""What the questions hold."""
GROUPS = [NUMBERED[at : at + ASKED_TOGETHER] for at in range(0, len(NUMBERED), ASKED_TOGETHER)]


def test_answers_questions_and_filters_show_them_as_text(browser: Browser, address: str) -> None:
    quoted: set[int] = set()
    with watched(browser, address) as visited:
        page = visited.page
        for group in GROUPS:
            asked = " and ".join(word_of(number) for number, _ in group)
            answer = visited.ask(f"What did the keeper write beside {asked}?")
            shown = answer.inner_text()
            quoted |= {number for number, _ in group if word_of(number) in shown}
            answer.locator(".words a.cite").last.click()
            expect(visited.marked.first).to_be_in_viewport()
            assert_harmless(page)
        assert set(range(len(PAYLOADS))) - quoted == set()
        for kind in ATTACKING:
            visited.ask(f"{PAYLOADS[kind]} {word_of(0)}")
            assert_harmless(page)
        page.locator("#filter-choice summary").click()
        for payload in PAYLOADS.values():
            page.evaluate(SET_FILTERS, payload[:500])
            assert page.locator("#chips li").count() == 2
            assert_harmless(page)
        query = urlencode({"author": PAYLOADS["script"], "source": PAYLOADS["attribute double"]})
        page.goto(f"{address}/?{query}")
        expect(page.locator("#chips li")).to_have_count(2)


def test_every_article_is_read_and_nothing_happens(
    browser: Browser, address: str, articles: list[str]
) -> None:
    assert len(articles) > 5 * len(PAYLOADS)
    with watched(browser, address) as visited:
        page = visited.page
        expect(page.locator("#source-text a").first).to_be_visible()
        assert_harmless(page)  # the list of them
        for at in range(0, len(articles), 50):
            assert page.evaluate(READ_ALL, articles[at : at + 50]) == []
            assert_harmless(page)


def test_a_phone_keeps_its_shape(browser: Browser, address: str) -> None:
    with watched(browser, address, 390, 844) as visited:
        page = visited.page
        words = [word_of(list(PAYLOADS).index(kind)) for kind in ("long word", "marks", "deep")]
        answer = visited.ask(" ".join([*words, PAYLOADS["long word"][:1500]]))
        assert_harmless(page)
        answer.locator(".words a.cite").first.click()
        expect(visited.marked.first).to_be_in_viewport()
        assert_harmless(page)


def test_the_list_of_conversations_and_their_exports_hold_them_as_text(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    with watched(browser, address) as visited:
        page = visited.page
        visited.ask(f"{PAYLOADS['closing tags']} {' '.join(map(word_of, range(3)))}")
        page.get_by_role("button", name="Conversations", exact=True).click()
        items = page.locator("#conversation-list")
        for kind in ("image error", "attribute double", "override", "long word"):
            items.get_by_role("button", name="Rename").first.click()
            page.get_by_label("New title").fill(PAYLOADS[kind][:200])
            page.get_by_label("New title").press("Enter")
            expect(page.get_by_label("New title")).to_have_count(0)
            assert_harmless(page)
            assert items.evaluate("each => each.scrollWidth <= each.clientWidth")
        for label in ("HTML", "Markdown"):
            with page.expect_download() as download:
                items.get_by_role("link", name=f"Export as {label}").first.click()
            exported = tmp_path / f"exported.{label}"
            download.value.save_as(exported)
            assert word_of(2) in exported.read_text(encoding="utf-8")
            assert_harmless_alone(browser, exported)


def assert_harmless_alone(browser: Browser, exported: Path) -> None:
    """A file opened from the disk, with no server's policy around it.

    Markdown as programs show it that follow CommonMark and let HTML through.
    """
    text = exported.read_text(encoding="utf-8")
    page_of = text if exported.suffix == ".HTML" else MarkdownIt("commonmark").render(text)
    shown = exported.with_suffix(".page.html")
    shown.write_text(f'<meta charset="utf-8">{page_of}', encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(WATCH)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(shown.as_uri(), wait_until="networkidle")
    assert page.evaluate("() => window.ran") == []
    assert [url for url in asked if not url.startswith("data:")] == [shown.as_uri()]
    assert page.locator("script, iframe, form, object, embed, img, svg").count() == 0
    if exported.suffix == ".HTML":
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    context.close()


def test_the_library_lists_them_as_text(browser: Browser, address: str) -> None:
    width = 390
    with visit(browser, f"{address}/library", width, 844, script=WATCH) as visited:
        page = visited.page
        expect(page.locator("#rows tr").first).to_be_visible()
        name = f"x\u202e{width}.<svg onload=owned()>'\"&.txt"
        page.evaluate(DROP, {name: f"{PAYLOADS['script']} Words of the harbour master."})
        expect(page.locator("#added")).to_contain_text("1 file added")
        for _ in range(MOST_PAGES):
            assert page.evaluate(FOUND_IN_LIBRARY) == HARMLESS_LIBRARY
            following = page.get_by_role("button", name="Next")
            if not following.is_visible() or not following.is_enabled():
                break
            before = page.locator("#found").inner_text()
            following.click()
            expect(page.locator("#found")).not_to_have_text(before)
        else:
            raise AssertionError("the list does not end")
        page.get_by_label("Show").select_option("new")
        page.get_by_role("button", name=re.compile(f"Remove x{width}")).click()
        assert page.evaluate(FOUND_IN_LIBRARY) == HARMLESS_LIBRARY  # it names the file
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(page.locator("#undo")).to_be_visible()
        page.get_by_label("Show").select_option("in the trash")
        expect(
            page.locator("#rows").get_by_role("button", name=re.compile(f"Put back x{width}"))
        ).to_be_visible()
        assert page.evaluate(FOUND_IN_LIBRARY) == HARMLESS_LIBRARY
        page.goto(f"{address}/library?{urlencode({'q': PAYLOADS['closing tags']})}")
        expect(page.locator("#rows tr").first).to_be_visible()
        assert page.evaluate(FOUND_IN_LIBRARY) == HARMLESS_LIBRARY
