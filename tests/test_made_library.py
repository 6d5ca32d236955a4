from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.made_library import Sample, made_articles, made_vectors, sample_articles
from tests.fakes import FakeEmbedder

TEXTS = {
    "ferry.txt": "The ferry left at dawn. Nobody saw it arrive. The fog had come down by noon.",
    "lamp.txt": "A keeper lit the lamp each evening. His daughter wrote the log.",
}


@pytest.fixture
def articles_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def sample(articles_folder: Path) -> Sample:
    return sample_articles(articles_folder, FakeEmbedder(), passage_count=9, question_count=3)


def test_a_folder_of_articles_is_asked_its_own_sentences(sample: Sample) -> None:
    assert "Nobody saw it arrive." in sample.sentences
    assert sample.vectors.shape == (2, 64)
    assert len(sample.questions) == 3
    assert set(sample.questions) <= set(sample.sentences)
    np.testing.assert_array_equal(
        sample.question_vectors, FakeEmbedder().embed_query(list(sample.questions))
    )


def test_question_sets_are_asked_their_questions(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "articles.jsonl").write_text(
        '{"id": "a", "title": "Ferries", "text": "The ferry left at dawn. It was late."}\n'
    )
    (folder / "questions.jsonl").write_text(
        '{"question": "When did the ferry leave?", "answers": ["at dawn"], "article_id": "a"}\n'
    )
    sample = sample_articles(tmp_path, FakeEmbedder(), passage_count=9, question_count=9)
    assert sample.questions == ("When did the ferry leave?",)
    assert sample.titles == ("Ferries",)


def test_a_sample_is_read_back(sample: Sample, tmp_path: Path) -> None:
    sample.save(tmp_path)
    read = Sample.load(tmp_path)
    assert (read.sentences, read.titles, read.questions) == (
        sample.sentences,
        sample.titles,
        sample.questions,
    )
    np.testing.assert_array_equal(read.vectors, sample.vectors)


def test_made_vectors_lie_near_real_ones_and_are_the_same_every_time(sample: Sample) -> None:
    made = np.concatenate(list(made_vectors(sample, 10_050)))
    assert made.shape == (10_050, 64)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    nearest = (made @ sample.vectors.T).max(axis=1)
    assert 0.8 < np.median(nearest) < 1
    assert len(np.unique(made, axis=0)) == len(made)
    np.testing.assert_array_equal(made, np.concatenate(list(made_vectors(sample, 10_050))))


def test_made_articles_hold_their_passages(sample: Sample) -> None:
    made = list(made_articles(sample, 25))
    assert [len(split) for _, split, _ in made] == [10, 10, 5]
    ids = [passage.id for _, split, _ in made for passage in split]
    assert len(set(ids)) == 25
    for article, split, vectors in made:
        assert len(vectors) == len(split)
        assert article.date is not None
        assert article.source.startswith(article.date[:4])
        for passage in split:
            assert article.text[passage.start : passage.end] == passage.text
            assert len(passage.text) >= 500
