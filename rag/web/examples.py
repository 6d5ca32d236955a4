"""Articles -> questions to begin with, made of their own titles and names; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.types import Article

ARTICLES_READ = 20
"""So many are enough to make examples of."""
_NAME = re.compile(r"(?<=[a-z,] )(the )?((?:[A-Z]\w+ ){1,2}[A-Z]\w+)\b(?! [A-Z])")
"""Two or three capitalised words in the middle of a sentence, with their article."""


def example_questions(articles: Sequence[Article], limit: int = 4) -> list[str]:
    """Up to ``limit`` questions that ``articles`` should answer, of the first ones rather."""
    if not articles:
        return []
    if len(articles) == 1:
        about_articles = ["Who wrote this article?", "When was it published?"]
    else:
        about_articles = [f"Who wrote “{each.title}”?" for each in articles if each.author]
    about_names = [f"What is said about {name}?" for name in _names(articles)]
    chosen = about_names[: limit - limit // 2]
    return [*chosen, *about_articles[: limit // 2]]


def _names(articles: Sequence[Article]) -> list[str]:
    """Names that are used more than once outside titles.

    First one of each article, the most frequent that those before it have not; then the others.
    """
    counts = Counter(name for article in articles for name in _names_in(article))
    repeated = [name for name, count in counts.most_common() if count > 1]
    chosen: list[str] = []
    for article in articles:
        held = {*_names_in(article)}
        chosen += [name for name in repeated if name in held and name not in chosen][:1]
    return [*chosen, *(name for name in repeated if name not in chosen)]


def _names_in(article: Article) -> Iterator[str]:
    for span in article.body:
        for the, name in _NAME.findall(article.text[span.start : span.end]):
            if name not in article.title:
                yield f"{the}{name}"
