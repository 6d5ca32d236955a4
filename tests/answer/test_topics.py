"""Articles to topics."""

from __future__ import annotations

from collections import Counter

from rag.answer.topics import MAX_TOPICS, clustered
from tests.fakes import FakeEmbedder, make_article


def test_articles_that_tell_of_one_thing_are_one_topic_under_its_name() -> None:
    ferry = [make_article(f"They said Kestrel sank. The Kestrel ferry sank {n}", f"f{n}",
                          title="ferry sank", date=f"2014-03-0{n}") for n in (1, 2, 3)]  # fmt: skip
    grain = [make_article(f"The growers of Pear Valley grew grain {n}", f"g{n}", title="grain grew")
             for n in (1, 2)]  # fmt: skip
    largest, other = clustered([*grain, *ferry], FakeEmbedder())[:2]
    assert largest.articles == tuple(reversed(ferry))
    assert largest.heading == "Kestrel"
    assert (set(other.articles), other.heading) == (set(grain), "Pear Valley")


def test_each_article_is_in_one_of_few_topics() -> None:
    articles = [make_article(f"word{n} text{n}", f"a{n}") for n in range(40)]
    found = clustered(articles, FakeEmbedder())
    assert len(found) <= MAX_TOPICS
    assert Counter(each.id for topic in found for each in topic.articles) == Counter(
        each.id for each in articles
    )
    assert clustered([], FakeEmbedder()) == []
