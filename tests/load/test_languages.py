"""The same short article in four scripts: its title, author and date, and what is its body."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.load import load_file
from rag.load.language import language_of
from rag.types import Article

GERMAN = (
    "Fährgespräche enden ohne Ergebnis",
    "Von Anna Schmidt und Jörg Weiß",
    "Donnerstag, 31. Mai 2007",
    "Die Eigner der beiden Fähren und die Stadt Norhaven haben am Donnerstag vier Stunden lang"
    " verhandelt. Eine Einigung gab es nicht, sagte die Bürgermeisterin.",
    "Eine zweite Runde soll Mitte Juni folgen, nachdem der Rat über den Haushalt abgestimmt hat.",
)
SPANISH = (
    "Las conversaciones sobre el transbordador terminan sin acuerdo",
    "Por María García y Luis Peña",
    "jueves, 31 de mayo de 2007",
    "Los dueños de los dos transbordadores y el pueblo de Norhaven se reunieron durante cuatro"
    " horas el jueves. No hubo acuerdo, dijo la alcaldesa.",
    "Está prevista una segunda ronda a mediados de junio, después de que el concejo vote.",
)
ARABIC = (
    "محادثات العبارة تنتهي دون اتفاق",
    "بقلم: أحمد منصور",
    "الخميس، ٣١ مايو ٢٠٠٧",
    "اجتمع أصحاب العبارتين مع بلدية نورهافن أربع ساعات يوم الخميس. وقالت رئيسة البلدية إنهم لم"
    " يتوصلوا إلى اتفاق.",
    "ومن المقرر عقد جولة ثانية في منتصف يونيو بعد أن يصوت المجلس على ميزانيته.",
)
CHINESE = (
    "渡轮谈判无果而终",
    "作者：王小明、李华",
    "2007年5月31日 星期四",
    "两艘渡轮的船主与诺港镇星期四会谈了四个小时。镇长说，双方没有达成协议。",
    "第二轮会谈定于六月中旬，在镇议会就预算投票之后举行。",
)
AUTHORS = {
    "de": (GERMAN, "Anna Schmidt und Jörg Weiß"),
    "es": (SPANISH, "María García y Luis Peña"),
    "ar": (ARABIC, "أحمد منصور"),
    "zh": (CHINESE, "王小明、李华"),
}


def load(folder: Path, name: str, text: str) -> Article:
    (folder / name).write_text(text, encoding="utf-8")
    (article,) = load_file(folder / name, folder)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize("language", AUTHORS)
@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["apart", "together"])
def test_plain_text(tmp_path: Path, language: str, gap: str) -> None:
    (title, byline, date, *paragraphs), author = AUTHORS[language]
    head = gap.join((title, byline, date))
    article = load(tmp_path, "a.txt", "\n\n".join((head, *paragraphs)))
    assert (article.title, article.author) == (title, author)
    assert (article.date, article.language) == ("2007-05-31", language)
    assert "\n\n".join(article.text[start:end] for start, end in article.body) == "\n\n".join(
        paragraphs
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The owners and the town met for four hours on Thursday, the mayor said.", "en"),
        ("Los dueños y el pueblo se reunieron durante cuatro horas el jueves, dijo.", "es"),
        ("Ägarna och staden möttes i fyra timmar på torsdagen, sade borgmästaren.", "sv"),
        ("会談は木曜日に四時間続いた、と町長は述べた。合意には至らなかった。", "ja"),
        ("Владельцы паромов и город вели переговоры в четверг четыре часа.", "ru"),
        ("", None),
        ("2007: 81,000; 2006: 74,500; 2005: 70,100", None),
        ("Norhaven", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert language_of(text) == language
