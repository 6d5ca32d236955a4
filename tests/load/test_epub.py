from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.load import load_file
from rag.load.epub import read_epub
from rag.types import Article

PROSE = "They met in Baghdad on Monday for the first time in nearly three decades, he said."
CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
  <dc:identifier id="id">urn:x</dc:identifier><dc:title>The  Talks</dc:title>
  <dc:creator>Ann Lee</dc:creator><dc:creator>Bob Ray</dc:creator>
  <dc:date>2007-05-31T10:15:00Z</dc:date><dc:source>https://example.com/book</dc:source>
</metadata>
<manifest>
  <item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
  <item id="b" href="text/two.xhtml" media-type="application/xhtml+xml"/>
  <item id="a" href="text/one%20first.xhtml" media-type="application/xhtml+xml"/>
  <item id="p" href="cover.png" media-type="image/png"/>
</manifest>
<spine><itemref idref="p"/><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/>
<itemref idref="a"/><itemref idref="gone"/></spine>
</package>"""


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title><script src="a.js"/>'
        f"</head><body>{body}</body></html>"
    )


FILES: Mapping[str, str | bytes] = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/nav.xhtml": chapter("<nav><ol><li>One</li><li>Two</li></ol></nav>"),
    "OEBPS/text/two.xhtml": chapter('<h2>Two</h2><p>Nothing more was said.<a id="end"/></p>'),
    "OEBPS/text/one first.xhtml": chapter(f"<h2>One</h2><p>{PROSE}</p>"),
}


def changed(path: str, content: str | bytes | None) -> bytes:
    """The sample with another file at ``path``, or none."""
    files = {name: each for name, each in {**FILES, path: content}.items() if each is not None}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, each in files.items():
            archive.writestr(name, each)
    return file.getvalue()


def test_chapters_come_in_the_order_of_reading(tmp_path: Path) -> None:
    (tmp_path / "a.epub").write_bytes(changed("mimetype", "application/epub+zip"))
    (article,) = load_file(tmp_path / "a.epub", tmp_path)
    assert isinstance(article, Article)
    assert (article.title, article.author) == ("The Talks", "Ann Lee, Bob Ray")
    assert (article.date, article.url) == ("2007-05-31", "https://example.com/book")
    assert article.text.split("\n\n")[1:] == ["One", PROSE, "Two", "Nothing more was said."]
    assert [article.text[start:end] for start, end in article.body] == [
        PROSE,
        "Nothing more was said.",
    ]


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]><x>&j;</x>"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no zip", "it is no e-book, or a damaged one: export it again as .epub"),
        (
            changed("META-INF/container.xml", None),
            "its file META-INF/container.xml is missing: export it again as .epub",
        ),
        (
            changed("META-INF/container.xml", "<container/>"),
            "it is no e-book, or a damaged one: export it again as .epub",
        ),
        (
            changed("OEBPS/book.opf", "<package"),
            "its file OEBPS/book.opf is damaged: export it again as .epub",
        ),
        (
            changed("OEBPS/book.opf", LAUGHS),
            "its file OEBPS/book.opf is damaged: export it again as .epub",
        ),
        (
            changed("OEBPS/text/two.xhtml", bytes(51_000_000)),
            "it unpacks to more than 50 MB: split it",
        ),
        (changed("OEBPS/a.png", bytes(200_000_000)), "it unpacks to more than 200 MB: split it"),
        (
            changed("META-INF/rights.xml", "<rights/>"),
            "it is locked by its seller: nothing but their reader opens it",
        ),
    ],
    ids="no-zip no-container no-book damaged laughs large bomb locked".split(),
)
def test_books_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as error:
        read_epub(data)
    assert str(error.value) == reason


def test_a_missing_chapter_is_told_and_the_others_are_read() -> None:
    book = read_epub(changed("OEBPS/text/two.xhtml", None))
    assert len(book.blocks) > 0
    (told,) = book.left_out
    assert "OEBPS/text/two.xhtml is missing" in told
