from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
import pytest

from rag.errors import LoadError
from rag.load.article import to_article
from rag.load.word import read_docx

PROSE = "They met in Baghdad on Monday for the first time in nearly three decades, he said."


def saved(word: docx.document.Document) -> bytes:
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def sample() -> bytes:
    word = docx.Document()
    word.add_heading("The talks", level=0)
    word.add_paragraph(PROSE)
    word.add_heading("What was said", level=1)
    word.add_paragraph("Little\u00a0was\u00ad said.\nNothing\tmore.")
    word.add_paragraph("the border", style="List Bullet")
    word.add_paragraph("the prisoners", style="List Number")
    word.add_paragraph()
    table = word.add_table(rows=2, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Year", "Oil", "Gas"), strict=True):
        cell.text = text
    table.cell(1, 0).text = "2007"
    table.cell(1, 1).merge(table.cell(1, 2)).text = "none"
    word.sections[0].header.paragraphs[0].text = "RUNNING HEAD"
    word.core_properties.title = "Talks in Baghdad"
    word.core_properties.author = "Ann Lee"
    word.core_properties.created = datetime(2007, 5, 31, 10, 15)
    return saved(word)


def test_properties() -> None:
    article = to_article(read_docx(sample()), "a.docx")
    assert (article.title, article.author, article.date) == (
        *("Talks in Baghdad", "Ann Lee"),
        None,  # the day of its making dates no article
    )


def replaced(data: bytes, part: str, content: bytes) -> bytes:
    """The Word file with other content in one of its parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return file.getvalue()


def zipped(names: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 cut short", "it is no Word file, or a damaged one"),
        (sample()[:2000], "it is no Word file, or a damaged one"),
        (zipped({"a.txt": b"x"}), "it is no Word file, or a damaged one"),
        (zipped({"word/document.xml": b"x"}), "it is a damaged Word file: save it again"),
        (
            replaced(sample(), "word/document.xml", b"<w:document>"),
            "it is a damaged Word file: save it again as .docx",
        ),
        (
            zipped({"word/document.xml": bytes(51_000_000)}),
            "its text has more than 50 MB: split it",
        ),
        (
            zipped({"word/document.xml": b"x", "word/media/a.png": bytes(201_000_000)}),
            "it unpacks to more than 200 MB: split it",
        ),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "it is locked with a password, or a .doc"),
    ],
    ids="cut cut-later no-word damaged damaged-xml large-text bomb locked".split(),
)
def test_files_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as error:
        read_docx(data)
    assert str(error.value).startswith(reason)


def with_body(*paragraphs: str) -> bytes:
    """A Word file whose text is this markup."""
    names = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(paragraphs)
    xml = f'<w:document xmlns:w="{names}"><w:body>{body}</w:body></w:document>'
    return replaced(saved(docx.Document()), "word/document.xml", xml.encode())


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("inside", "seen"),
    [
        (f"<w:ins>{run('62,500')}</w:ins>{run(' euros')}", "62,500 euros"),
        (f"<w:del><w:r><w:delText>60,000 </w:delText></w:r></w:del>{run('now')}", "now"),
        (f"<w:moveFrom>{run('old')}</w:moveFrom><w:moveTo>{run('new')}</w:moveTo>", "new"),
        (f"<w:sdt><w:sdtContent>{run('in a control')}</w:sdtContent></w:sdt>", "in a control"),
        (f"<w:smartTag>{run('Ilse')}</w:smartTag>{run(' came')}", "Ilse came"),
        (f"<w:fldSimple w:instr='DATE'>{run('2022')}</w:fldSimple>", "2022"),
        (run("4 million", "<w:strike/>") + run("6 million"), "6 million"),
        (run("secret", "<w:vanish/>") + run("shown"), "shown"),
        (run("in 2019") + run("3", '<w:vertAlign w:val="superscript"/>'), "in 2019[3]"),
        (
            run("10") + run("6", '<w:vertAlign w:val="superscript"/>') + run(" litres"),
            "10^6 litres",
        ),
        (run("25 m") + run("2", '<w:vertAlign w:val="superscript"/>'), "25 m²"),
        (run("1") + run("st", '<w:vertAlign w:val="superscript"/>') + run(" May"), "1st May"),
    ],
)
def test_what_a_reader_sees_is_read_and_nothing_that_was_struck(inside: str, seen: str) -> None:
    assert [block.text for block in read_docx(with_body(f"<w:p>{inside}</w:p>")).blocks] == [seen]


def test_a_table_within_a_table_is_read_in_its_cell() -> None:
    inner = f"<w:tbl><w:tr><w:tc><w:p>{run('Heavy: 3')}</w:p></w:tc></w:tr></w:tbl>"
    cells = f"<w:tc><w:p>{run('East')}</w:p></w:tc><w:tc>{inner}<w:p/></w:tc>"
    (block,) = read_docx(with_body(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")).blocks
    assert block.text == "East | Heavy: 3"


def test_tables_without_end_within_tables_are_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 3000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3000
    with pytest.raises(LoadError, match="damaged Word file"):
        read_docx(with_body(deep))
