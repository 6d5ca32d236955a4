"""Articles -> questions to begin with, made of their own titles and names; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from rag.types import Article

_ARTICLES_READ = 20
_NAME = re.compile(r"(?<=[a-z,] )(the )?((?:[A-Z]\w+ ){1,2}[A-Z]\w+)\b(?! [A-Z])")
"""Two or three capitalised words in the middle of a sentence, with their article."""


def example_questions(articles: Iterable[Article], limit: int = 4) -> list[str]:
    """Up to ``limit`` questions that the first of ``articles`` should answer."""
    read = list(islice(articles, _ARTICLES_READ))
    if not read:
        return []
    if len(read) == 1:
        about_articles = ["Who wrote this article?", "When was it published?"]
    else:
        about_articles = [f"Who wrote “{article.title}”?" for article in read[:2]]
    about_names = [f"What is said about {name}?" for name in _frequent_names(read)]
    chosen = about_names[: limit - limit // 2]
    return [*chosen, *about_articles[: limit - len(chosen)]]


def _frequent_names(articles: Iterable[Article]) -> list[str]:
    """Names that the articles use more than once outside their titles, most frequent first."""
    counts = Counter(
        f"{the}{name}"
        for article in articles
        for span in article.body
        for the, name in _NAME.findall(article.text[span.start : span.end])
        if name not in article.title
    )
    return [name for name, count in counts.most_common() if count > 1]
