from __future__ import annotations

import json
import multiprocessing.dummy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import scale
from benchmarks.made_library import Sample, made_articles, sample_articles
from rag.index import vectors
from tests.fakes import FakeEmbedder

STAGES = {"retrieval", "dense", "terms", "fetch"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sample of twenty directions, saved as an earlier run would have."""
    drawn = np.random.default_rng(0).standard_normal((20, 16)).astype(np.float32)
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    sentences = tuple(f"Number {n} of the {word}." for n in range(9) for word in ("fog", "tide"))
    Sample(sentences, ("Log",), unit[:12], ("What fog?", "Which tide?"), unit[12:14]).save(tmp_path)
    return tmp_path


def test_built_and_searched_in_this_process(folder: Path) -> None:
    assert scale.build(300, folder, folder / "index").vectors["method"] == "exact"
    searched = scale.search(300, folder, folder / "index")
    assert searched.recall_at_10 == searched.recall_at_50 == 1
    assert set(searched.median_ms) == set(searched.p95_ms) == STAGES
    for stage in STAGES:
        assert 0 < searched.median_ms[stage] <= searched.p95_ms[stage]
        assert searched.median_ms[stage] <= searched.median_ms["retrieval"]


def test_recall_is_that_of_the_lists_that_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    built = scale.build(1500, folder, folder / "index")
    assert built.vectors["method"] == "lists"
    some = scale.search(1500, folder, folder / "index").recall_at_50
    monkeypatch.setattr(vectors.VectorIndex, "_probes", lambda index, *_: index._lists)
    assert 0.5 < some < scale.search(1500, folder, folder / "index").recall_at_50 == 1


def test_recall() -> None:
    nearest = np.array([[1, 2, 3], [4, 5, 6]])
    assert scale.recall([[3, 1, 9], [7, 8, 4]], nearest, 3) == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert scale.recall([[3, 1, 9], [7, 8, 4]], nearest, 1) == 0


def test_the_nearest_are_those_of_one_product(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.made_library._BLOCK", 70)
    sample = Sample.load(folder)
    every = np.concatenate(list(scale.made_vectors(sample, 200)))
    expected = np.argsort(-(sample.question_vectors @ every.T), axis=1)[:, :5]
    np.testing.assert_array_equal(scale.nearest_of_all(sample, 200, 5), expected)


def test_the_table(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of an earlier run are kept, those measured anew replaced."""
    here = SimpleNamespace(get_context=lambda _: multiprocessing.dummy)
    monkeypatch.setattr(scale, "multiprocessing", here)
    scale.main(["--sizes", "30", "60", "--out", str(folder), "--articles", "unused"])
    scale.main(["--sizes", "30", "--out", str(folder), "--articles", "unused"])
    rows = json.loads((folder / "scale.json").read_text())
    assert [row["passages"] for row in rows] == [30, 60]
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_sample_of_articles_and_what_is_made_of_it(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text("The ferry left at dawn. Nobody saw it arrive.")
    (tmp_path / "lamp.txt").write_text("A keeper lit the lamp each evening.")
    sample = sample_articles(tmp_path, FakeEmbedder(), passage_count=9, question_count=3)
    assert "Nobody saw it arrive." in sample.sentences
    assert {*sample.questions} <= {*sample.sentences}
    vectors = np.concatenate(list(scale.made_vectors(sample, 1000)))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert 0.8 < np.median((vectors @ sample.vectors.T).max(axis=1)) < 1
    assert len(np.unique(vectors, axis=0)) == len(vectors)
    made = list(made_articles(sample, 25))
    assert [len(split) for _, split, _ in made] == [10, 10, 5]
    for article, split, _ in made:
        for passage in split:
            assert article.text[passage.start : passage.end] == passage.text
