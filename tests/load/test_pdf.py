from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from rag.errors import LoadError
from rag.load.article import to_article
from rag.load.pdf import MOST_PAGES, check_streams, read_pdf

STYLES = getSampleStyleSheet()
STYLES.add(ParagraphStyle("Indented", STYLES["Normal"], firstLineIndent=12))
PROSE = [
    f"Delegation {number} arrived in Baghdad on Monday and talked {number} hours about the border, "
    f"the {number} prisoners and the price of oil. Neither of the {number} sides gave details to "
    f"the {number} waiting reporters, but ambassador {number} called the meeting businesslike."
    for number in range(100, 196)
]


def drawn(
    pages: Sequence[Sequence[str]], *, encrypt: StandardEncryption | None = None, **properties: str
) -> bytes:
    """A PDF with these lines on its pages, one under the other."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, encrypt=encrypt)
    canvas.setTitle(properties.get("title", ""))
    canvas.setAuthor(properties.get("author", ""))
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 760 - 14 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def typeset(columns: int, style: str) -> bytes:
    """PROSE under a heading, in columns, with a running head, a foot and page numbers."""
    file = io.BytesIO()
    width = (A4[0] - 100) / columns
    frames = [Frame(50 + number * width, 70, width, 680) for number in range(columns)]

    def furnish(canvas: Canvas, template: BaseDocTemplate) -> None:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(50, 800, "THE HARBOUR GAZETTE")
        canvas.drawString(400, 800, f"Volume 7, page {canvas.getPageNumber()}")
        canvas.drawString(50, 40, "Printed on recycled paper.")
        canvas.drawString(290, 25, str(canvas.getPageNumber()))

    template = BaseDocTemplate(file, pagesize=A4)
    template.addPageTemplates(PageTemplate(frames=frames, onPage=furnish))
    story: list[Flowable] = [Paragraph("The talks in Baghdad", STYLES["Title"])]
    story += [Paragraph(text, STYLES[style]) for text in PROSE]
    template.build(story)
    return file.getvalue()


def texts(data: bytes) -> list[str]:
    return [block.text for block in read_pdf(data).blocks]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("style", ["BodyText", "Indented"])
def test_paragraphs_are_whole_over_lines_columns_and_pages(columns: int, style: str) -> None:
    data = typeset(columns, style)
    assert data.count(b"/Type /Page\n") >= 3
    article = to_article(read_pdf(data), "a.pdf")
    assert article.text.split("\n\n") == ["The talks in Baghdad", *PROSE]
    assert article.title == "The talks in Baghdad"
    assert [article.text[start:end] for start, end in article.body] == ["\n\n".join(PROSE)]


def test_ligatures_become_letters() -> None:
    font = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    pdfmetrics.registerFont(TTFont("DejaVu", font))
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.setFont("DejaVu", 11)
    canvas.drawString(72, 700, "Eﬃcient oﬃcers found the ﬂag: “très cher”, ½ m²")
    canvas.save()
    assert texts(file.getvalue()) == ["Efficient officers found the flag: “très cher”, ½ m²"]


def test_page_numbers_go_and_numbers_in_the_text_stay() -> None:
    pages = [[f"They met {n} times in", "1999", "and it cost", "4", f"- {n} -"] for n in "45"]
    assert " ".join(" ".join(texts(drawn(pages))).split()) == (
        "They met 4 times in 1999 and it cost 4 They met 5 times in 1999 and it cost 4"
    )


def test_properties_give_title_and_author_and_no_date() -> None:
    article = to_article(read_pdf(drawn([PROSE[:20]], title="Talks", author="Ann Lee")), "a.pdf")
    assert (article.title, article.author) == ("Talks", "Ann Lee")
    assert article.date is None  # that of the making is none of the article


def test_what_the_text_states_goes_before_the_properties() -> None:
    lines = ["Whales return", "By Ada Lind", "2 June 2011"]
    article = to_article(read_pdf(drawn([lines], author="print shop")), "a.pdf")
    assert (article.title, article.author, article.date) == (
        *("Whales return", "Ada Lind"),
        "2011-06-02",
    )


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - draft3.doc", "final_v2.docx"])
def test_titles_that_programs_made_up_are_passed_over(title: str) -> None:
    assert not read_pdf(drawn([PROSE[:20]], title=title, author="anonymous")).metadata


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7 cut short", "it is no PDF, or a damaged one: export it again"),
        (drawn([PROSE[:20]])[:400], "it is no PDF, or a damaged one: export it again"),
        (
            drawn([PROSE[:20]], encrypt=StandardEncryption("secret")),
            "it is locked with a password: save it without one",
        ),
        (
            drawn([[]]),
            "its pages hold pictures and no text: run text recognition (OCR) on it",
        ),
        (
            drawn([["x"]] * (MOST_PAGES + 1)),
            f"it has {MOST_PAGES + 1} pages, more than {MOST_PAGES}: split it",
        ),
    ],
    ids=["no pdf", "cut short", "locked", "pictures", "too long"],
)
def test_files_that_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(LoadError) as error:
        read_pdf(data)
    assert str(error.value) == reason


def placed(*pages: Sequence[tuple[float, float, float, str]]) -> bytes:
    """A PDF of texts, each with its place from the bottom left corner and its size in points."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for page in pages:
        for left, bottom, size, text in page:
            canvas.setFont("Helvetica", size)
            canvas.drawString(left, bottom, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_columns_are_read_down_though_the_file_goes_across_them() -> None:
    left = [f"The board of Oldport said in part {n} that it" for n in range(5)]
    right = [f"The union of the boats said in part {n} that" for n in range(5)]
    rows = [
        (60.0 + 260 * column, 700.0 - 13 * number, 10.0, text)
        for number in range(5)
        for column, text in enumerate((left[number], right[number]))
    ]
    assert texts(placed([(60, 740, 16, "Quay"), *rows])) == [
        "Quay",
        " ".join(left),
        " ".join(right),
    ]


def test_raised_digits_are_no_part_of_a_number() -> None:
    pieces = [(72, 700, 10, "They found 412"), (143, 704, 6, "4"), (148, 700, 10, "fish there.")]
    assert texts(placed(pieces)) == ["They found 412[4] fish there."]


def test_a_footnote_cuts_no_sentence() -> None:
    first = [f"Line {n} of the report on the accounts of the harbour goes on" for n in range(9)]
    lines = [(72.0, 760.0 - 14 * n, 11.0, text) for n, text in enumerate(first)]
    note = (72.0, 90.0, 7.0, "1 Kept by hand until 1994.")
    blocks = read_pdf(placed([*lines, note], [(72.0, 760.0, 11.0, "and ends here.")])).blocks
    assert [block.kind for block in blocks][-1] == "footnote"
    article = to_article(
        read_pdf(placed([*lines, note], [(72, 760, 11, "and ends here.")])), "a.pdf"
    )
    assert "harbour goes on and ends here." in article.text


def test_a_large_first_letter_belongs_to_its_word() -> None:
    pieces = [(72, 690, 30, "T"), (92, 703, 10, "he harbour board met in Oldport on Tuesday.")]
    assert texts(placed(pieces)) == ["The harbour board met in Oldport on Tuesday."]


def test_what_was_filled_into_a_form_is_read() -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.drawString(72, 720, "Application for a mooring in the harbour")
    canvas.acroForm.textfield(name="Boat", value="Helmine", x=72, y=650, width=200, height=20)
    canvas.save()
    assert "Boat: Helmine" in texts(file.getvalue())


def test_pages_that_are_pictures_are_counted_and_named() -> None:
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.drawString(72, 700, "A cover sheet was added by the archive.")
    canvas.showPage()
    for _ in range(2):
        canvas.drawImage(ImageReader(Image.new("RGB", (20, 20))), 72, 500, 200, 200)
        canvas.showPage()
    canvas.save()
    (told,) = read_pdf(file.getvalue()).left_out
    assert told.startswith("2 of 3 pages (2-3) hold pictures and no text")


LZW = bytes.fromhex("800b6050220c0c8501")
"""The example of the PDF standard (7.4.4.2): 45 45 45 45 45 65 45 45 45 66."""
FLATE = zlib.compress(b"BT (Hello) Tj ET\n" * 4_000_000)


@pytest.mark.parametrize(
    ("name", "packed", "most"),
    [
        (b"Flate", FLATE, 30_000_000),
        (b"RunLength", b"\x81a" * 9 + b"\x01bc\x80", 1000),
        (b"LZW", LZW, 9),
        (b"ASCIIHexDecode /LZW", LZW.hex().encode() + b">", 9),
    ],
)
def test_a_page_that_unpacks_to_too_much_is_refused(
    name: bytes, packed: bytes, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = b"<</Filter [/%sDecode]>>\nstream\n%s\nendstream\n" % (name, packed)
    monkeypatch.setattr("rag.load.pdf.MOST_STREAM_BYTES", most)
    with pytest.raises(LoadError, match="one of its pages unpacks to more than"):
        check_streams(b"%PDF-1.4\n4 0 obj\n" + stream)
    monkeypatch.setattr("rag.load.pdf.MOST_STREAM_BYTES", 10 * most + 1000)
    check_streams(b"%PDF-1.4\n4 0 obj\n" + (stream if name != b"Flate" else b""))


def test_heads_and_numbers_of_pages_with_few_lines_are_left_out() -> None:
    pages = [
        [(72, 810, 9, "Harbour Yearbook 2020"), (500, 810, 9, f"{12 + n}"), (72, 780, 11, "It is")]
        + [(72, 766 - 14 * k, 11, f"said on page {n} that {k} boats came") for k in range(3)]
        for n in range(3)
    ]
    read = " ".join(texts(placed(*pages)))
    assert "boats came" in read
    assert not re.search(r"Yearbook|\b1[234]\b", read)
