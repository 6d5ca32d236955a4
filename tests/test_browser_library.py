"""Real Chromium on the library's page of the real server and build, with stand-ins for the models.

With FOOTNOTE_SCREENSHOTS=1 (``make screenshots``) it also takes the library's pictures into docs/.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import free_port, running, take_picture, visit

pytestmark = pytest.mark.browser

BUILD_MILLISECONDS = 60_000
FERRY = (
    "The new ferry terminal opened on Thursday with a brass band and a thin rain. The mayor called "
    "it the best day of her term, and the quay was rebuilt in three stages, each of which closed "
    "one of the old landings for a winter. Commuters from the islands were carried by bus around "
    "the bay, which took an hour longer than the boat.\n\nThe harbour board published a plan of "
    "the works every month. Few read it, said a clerk at the counter, but those who did came back "
    "with questions about parking."
)
WHALES = (
    "Grey whales were seen near the harbour for the first time in ninety years. Fishermen counted "
    "eleven of them before the fog came down over the bay and the boats turned home."
)
AUDIT = (
    "The ferry terminal cost 61 million crowns, the auditors wrote on Monday, once the road to it "
    "is counted. The harbour board disputes the sum and points to its own books."
)
LIGHTHOUSE = (
    "Der alte Leuchtturm am Hafen wird in diesem Sommer zum ersten Mal seit zwanzig Jahren wieder "
    "gestrichen. Die Stadt bezahlt die Arbeiten, und der Wärter freut sich darüber sehr."
)
DROP = """async (files) => {
    const transfer = new DataTransfer();
    for (const [name, text] of Object.entries(files)) transfer.items.add(new File([text], name));
    const event = (type) => new DragEvent(type, {dataTransfer: transfer, bubbles: true,
                                                 cancelable: true});
    document.body.dispatchEvent(event('dragenter'));
    document.body.dispatchEvent(event('dragover'));
    document.body.dispatchEvent(event('drop'));
}"""


def story(title: str, author: str, date: str, text: str) -> str:
    return f"{title}\n\n{author}\n{date}\n\n{text}\n"


def fill(seeds: Path) -> None:
    """A small library with a duplicate and two files that cannot be read."""
    articles = {
        "2006/opening.txt": story("Ferry terminal opens", "Ada Lind", "2 March 2006", FERRY),
        "2006/wire.txt": story("Terminal opens in rain", "Newswire", "3 March 2006", FERRY),
        "2007/audit.txt": story("What the terminal cost", "Tom Berg", "31 May 2007", AUDIT),
        "whales.txt": story("Whales return to the bay", "Ada Lind", "2 June 2011", WHALES),
        "leuchtturm.txt": story("Der Leuchtturm", "Jörg Weiß", "5. Mai 2012", LIGHTHOUSE),
        "harbour <img src=x onerror=alert(1)>.md": f"# Notes <b>of</b> a keeper\n\n{AUDIT[:90]}.",
        "photo.jpg": "no picture",
        "scan.pdf": "%PDF-1.4 no pages",
    }
    for name, text in articles.items():
        path = seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextmanager
def served(folder: Path, seconds: float = 0.0) -> Iterator[str]:
    """The address of the library's page; a passage takes so long to embed."""
    port = free_port()
    command = [sys.executable, "-m", "tests.library_server", str(port), str(folder), str(seconds)]
    with running(command, port, folder / "log") as address:
        yield f"{address}/library"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    fill(folder / "seeds")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as address:
        yield address


def row(page: Page, name: str) -> Locator:
    return page.locator("#rows tr").filter(has_text=name)


def titles(page: Page) -> list[str]:
    return page.locator("#rows th > a, #rows th > bdi").all_inner_texts()


def rebuild(page: Page) -> None:
    page.get_by_role("button", name="Rebuild index").click()
    expect(page.locator("#library .state.ready")).to_be_visible(timeout=BUILD_MILLISECONDS)
    expect(page.locator("#pending")).to_contain_text("Built in", timeout=BUILD_MILLISECONDS)


def test_files_are_dropped_built_and_read_whole(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        heron = story("Herons on the old quay", "Ada Lind", "1 April 2013", WHALES[::-1][:50])
        crane = "# Cranes over the bay\n\nTwo cranes flew over the bay at noon, said the pilot.\n"
        page.evaluate(DROP, {"herons.txt": heron, "cranes.md": crane, "virus.exe": "MZ"})
        expect(page.locator("#added")).to_contain_text("2 files added, 1 file not added")
        expect(page.locator("#added")).to_contain_text("EXE is not read. Footnote reads text, ")
        page.evaluate(DROP, {"minutes.doc": "x"})
        expect(page.locator("#added")).to_contain_text("DOC is not read. Save it as .docx or PDF.")
        expect(row(page, "cranes.md").locator(".badge")).to_have_text("New")
        expect(page.locator("#pending")).to_contain_text("Not in the index yet: 2 new")

        rebuild(page)
        expect(page.locator("#pending")).to_contain_text("2 new")
        expect(page.locator("#added")).to_contain_text("DOC is not read.")
        cranes = row(page, "Cranes over the bay")
        expect(cranes.locator(".badge")).to_have_text("Indexed")
        cranes.get_by_role("link").click()
        expect(page.locator("#source-text")).to_contain_text("Two cranes flew over the bay at noon")
        assert "#source?article=" in page.url
        page.keyboard.press("Escape")
        expect(page.locator("#source")).to_be_hidden()
        expect(cranes.get_by_role("link")).to_be_focused()
        page.go_back()
        expect(page.locator("#source-text")).to_contain_text("Two cranes flew")
        page.get_by_role("button", name="Only this article").click()
        expect(page.locator("#chips")).to_contain_text("cranes.md", timeout=30_000)


def test_the_list_is_searched_sorted_and_bookmarked(browser: Browser, address: str) -> None:
    with visit(browser, address) as visited:
        page = visited.page
        page.get_by_role("searchbox", name="Search the library").fill("lind bay")
        expect(page.locator("#found")).to_have_text("1 entry")
        assert titles(page) == ["Whales return to the bay"]
        page.get_by_role("searchbox", name="Search the library").fill("WEISS")
        expect(page.locator("#rows")).to_contain_text("Der Leuchtturm")
        page.get_by_role("searchbox", name="Search the library").fill("terminal")
        expect(page.locator("#found")).to_have_text("3 entries")
        page.get_by_role("button", name="Date").click()
        expect(page.locator("th.date")).to_have_attribute("aria-sort", "ascending")
        expect(page.locator("#rows th").first).to_contain_text("Ferry terminal opens")
        page.get_by_role("button", name="Date").click()
        expect(page.locator("th.date")).to_have_attribute("aria-sort", "descending")
        expect(page.locator("#rows th").first).to_contain_text("What the terminal cost")
        bookmark = page.url
        page.go_back()
        expect(page.locator("th.date")).to_have_attribute("aria-sort", "ascending")
    with visit(browser, bookmark) as visited:
        expect(visited.page.locator("#found")).to_have_text("3 entries")
        assert titles(visited.page)[0] == "What the terminal cost"
        assert visited.page.get_by_role("searchbox").input_value() == "terminal"


def test_a_removed_file_comes_back_by_keyboard(
    browser: Browser, address: str, folder: Path
) -> None:
    with visit(browser, address) as visited:
        page, audit = visited.page, folder / "seeds" / "2007" / "audit.txt"
        remove = page.get_by_role("button", name="Remove 2007/audit.txt")
        remove.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("2007/audit.txt")
        page.keyboard.press("Escape")
        expect(remove).to_be_focused()
        assert audit.exists()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#undo")).to_contain_text("2007/audit.txt was removed.")
        expect(row(page, "What the terminal cost").locator(".badge")).to_have_text("Removed")
        assert not audit.exists()
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Enter")
        expect(row(page, "What the terminal cost").locator(".badge")).to_have_text("Indexed")
        assert audit.exists()


def test_a_taken_name_is_asked_about(browser: Browser, address: str, folder: Path) -> None:
    with visit(browser, address) as visited:
        page, seeds = visited.page, folder / "seeds"
        page.evaluate(DROP, {"note.txt": "The first note of the harbour master."})
        expect(page.locator("#added")).to_contain_text("1 file added")
        page.evaluate(DROP, {"note.txt": "The first note of the harbour master."})
        expect(page.locator("#added")).to_contain_text("there already, word for word")
        page.evaluate(DROP, {"note.txt": "Another note."})
        expect(page.locator("#added")).to_contain_text("Another file has this name: note.txt")
        assert (seeds / "note.txt").read_text() == "The first note of the harbour master."
        page.get_by_role("button", name="Keep both").click()
        expect(page.locator("#added")).to_contain_text("1 file added")
        assert (seeds / "note (2).txt").read_text() == "Another note."
        page.evaluate(DROP, {"note.txt": "A third note."})
        page.get_by_role("button", name="Replace").click()
        expect(page.locator("#added")).to_contain_text("in the trash")
        assert (seeds / "note.txt").read_text() == "A third note."


def drag_and_drop(page: Page, *paths: Path) -> None:
    """As a person drops files and folders of the disk: no script can make up a folder."""
    browser = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 400, "data": data})


def test_folders_are_dropped_with_the_folders_in_them(browser: Browser, tmp_path: Path) -> None:
    tree = tmp_path / "lake papers"
    kept = {"loons.txt", "1999/grebes.txt", "1999/06/deep/coots.md"} | {
        f"counts/day{number:03}.txt"
        for number in range(103)  # a browser tells 100 at a time
    }
    for name in (*kept, ".git/secret.txt", "1999/.hidden.txt", "Thumbs.db", "1999/lake.jpg"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(f"Birds of the lake\n\nThis is {name}.\n")
    (tree / "nothing").mkdir()
    (tmp_path / "loose.txt").write_text("A loose leaf about the lake.")
    seeds = tmp_path / "seeds"
    fill(seeds)
    with served(tmp_path) as address, visit(browser, address) as visited:
        page = visited.page
        drag_and_drop(page, tree, tmp_path / "loose.txt")
        told = page.locator("#added")
        expect(told).to_contain_text("107 files added, 1 file not added.", timeout=60_000)
        expect(told).to_contain_text("lake papers/1999/lake.jpg was not added: JPG is not read.")
        expect(page.locator("#drop-here")).to_be_hidden()
        added = seeds / "lake papers"
        found = {path.relative_to(added).as_posix() for path in added.rglob("*") if path.is_file()}
        assert found == kept
        assert (seeds / "loose.txt").is_file()
        drag_and_drop(page, tree / "nothing")
        expect(told).to_have_text("Nothing was added: no files are in it.")


def test_a_build_shows_how_far_it_is_and_is_cancelled(browser: Browser, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    fill(seeds)
    with served(tmp_path, seconds=0.3) as address, visit(browser, address) as visited:
        page = visited.page
        for number in range(40):
            text = (
                f"Report {number}\n\nWords of report {number}, which nobody has written before.\n"
            )
            (seeds / f"report{number:02}.txt").write_text(text)
        page.get_by_role("button", name="Rebuild index").click()
        expect(page.locator("#pace")).to_contain_text(re.compile(r"\d+ of 48 files"))
        expect(page.locator("#pace")).to_contain_text("left", timeout=20_000)
        take_picture(page, "library-building.png")
        assert page.get_by_role("progressbar", name="Build").evaluate("bar => bar.value") > 0
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#pending")).to_contain_text(
            "The build was cancelled: the index is as it was before.", timeout=20_000
        )
        expect(page.locator("#library")).to_contain_text("6 articles")
        expect(page.locator("#pending")).to_contain_text("40 new")
        expect(row(page, "Whales return").locator(".badge")).to_have_text("Indexed")
        rebuild(page)
        expect(page.locator("#library")).to_contain_text("46 articles")


@pytest.mark.parametrize(
    ("width", "scheme", "name"),
    [
        (1440, "light", "library.png"),
        (1440, "dark", "library-dark.png"),
        (390, "light", "library-phone.png"),
        (390, "dark", "library-phone-dark.png"),
    ],
)
def test_it_fits_and_is_one_product_with_the_chat(
    browser: Browser, address: str, width: int, scheme: str, name: str
) -> None:
    size = {"width": width, "height": 900 if width > 600 else 844}
    with visit(browser, address, **size, scheme=scheme) as visited:  # type: ignore[arg-type]
        page = visited.page
        expect(page.locator("#rows tr").first).to_be_visible()
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.evaluate("() => document.querySelector('main').scrollWidth") <= width
        take_picture(page, name)
        page.get_by_role("link", name="Chat").click()
        expect(page.get_by_label("Your question")).to_be_visible(timeout=30_000)
        tab = page.get_by_role("link", name="Library", exact=True)
        expect(tab).to_have_attribute("href", "/library")
        expect(page.locator("#library .state.ready")).to_be_visible(timeout=30_000)


def test_an_empty_library_says_how_to_begin(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path) as address:
        page = browser.new_page()
        page.goto(address)
        expect(page.locator("#rows")).to_contain_text("No articles yet. Drop files anywhere")
        page.evaluate(DROP, {"whales.txt": story("Whales", "Ada Lind", "2 June 2011", WHALES)})
        expect(row(page, "whales.txt").locator(".badge")).to_have_text("New")
        rebuild(page)
        expect(row(page, "Whales").locator(".badge")).to_have_text("Indexed")
        page.close()
