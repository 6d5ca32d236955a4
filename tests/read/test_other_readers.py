"""Other models as readers: tiny ones with random weights, against direct calls of the model."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.library import load_reader
from rag.read.other_readers import MAX_TOKENS, load_passage_reader
from rag.read.read import OVERLAP_TOKENS, PassageReader, PassageReading
from rag.text.sentences import sentences

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from tests.tiny_models import byte_pairs, save_tiny_model, space_marks, word_pieces  # noqa: E402

PASSAGES = st.text(alphabet="abcé 0129.,:'’-$()«»\n", max_size=80)
QUESTION = "who met in baghdad?"
CONTEXT = "talks: 2007-05-31"
TEXT = "the two met in may 2007 , for 4.5 hours . No deal was made . Ann's boat left at 3:30 ."
LONG_TEXT = " ".join(
    np.random.default_rng(0).choice(["boat", "left", "the", "met", "may", "."], 500)
)
"""Every word is a token, so that windows end at words."""


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("answering")
    return save_tiny_model(folder, word_pieces(), transformers.BertForQuestionAnswering)


@pytest.fixture(scope="module", params=[1, 2])
def crossing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crossing")
    model_class = transformers.BertForSequenceClassification
    return save_tiny_model(folder, word_pieces(), model_class, num_labels=request.param)


def direct(folder: Path, auto_class: Any, question: str, text: str) -> tuple[Any, Any]:
    """The model's own outputs for two texts, and what its own tokenizer made of them."""
    made = transformers.AutoTokenizer.from_pretrained(folder)(question, text, return_tensors="pt")
    with torch.inference_mode():
        return auto_class.from_pretrained(folder).eval()(**made), made


def best_by_hand(folder: Path, text: str, prefix: str = f"{CONTEXT}: ") -> tuple[float, int, int]:
    """Score, start and end of the best span of a text whose words stand between spaces."""
    outputs, made = direct(
        folder, transformers.AutoModelForQuestionAnswering, QUESTION, prefix + text
    )
    start, end = outputs.start_logits[0], outputs.end_logits[0]
    words = [match.span() for match in re.finditer(r"\S+", text)]
    token_at = [
        tuple(made.char_to_token(0, len(prefix) + at, 1) for at in (begin, stop - 1))
        for begin, stop in words
    ]
    return max(
        (float(start[first] + end[last] - start[0] - end[0]), words[i][0], words[j][1])
        for i, (first, _) in enumerate(token_at)
        for j, (_, last) in enumerate(token_at)
        if first <= last < first + 30
    )


def test_best_span_and_relevance_are_those_of_the_model(answering: Path) -> None:
    expected = best_by_hand(answering, TEXT)
    (reading,) = load_passage_reader(str(answering)).score(QUESTION, [(CONTEXT, TEXT)])
    best = reading.spans[0]
    assert (best.score, best.start, best.end) == pytest.approx(expected, abs=1e-4)
    assert reading.relevance == best.score


def windows_of(folder: Path, text: str) -> list[tuple[int, int]]:
    """Which characters of a text are read at once, by the model's own tokenizer."""
    made = transformers.AutoTokenizer.from_pretrained(folder)(
        QUESTION,
        text,
        truncation="only_second",
        max_length=MAX_TOKENS,
        stride=OVERLAP_TOKENS,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    return [
        (offsets[sides.index(1)][0], max(end for _, end in offsets[sides.index(1) :]))
        for number, offsets in enumerate(made["offset_mapping"])
        for sides in [made.sequence_ids(number)]
    ]


def test_windows_of_a_long_passage_are_joined(answering: Path) -> None:
    by_hand = []
    for offset, stop in windows_of(answering, LONG_TEXT):
        score, start, end = best_by_hand(answering, LONG_TEXT[offset:stop], "")
        by_hand.append((score, offset + start, offset + end))
    assert len(by_hand) > 1
    (reading,) = load_passage_reader(str(answering)).score(QUESTION, [("", LONG_TEXT)])
    best = reading.spans[0]
    score, start, end = max(by_hand)
    assert best.score == pytest.approx(score, abs=1e-4)
    assert best.start < end
    assert start < best.end
    assert reading.relevance == best.score


def test_question_and_context_are_cut_but_not_the_passage(crossing: Path) -> None:
    reader = load_passage_reader(str(crossing))
    long, cut = (
        reader.score("? " * asked, [("- " * told, "boat " * 200)])
        for asked, told in ((500, 500), (64, 72))
    )
    assert long == cut


def test_passages_answered_together_are_read_as_alone(answering: Path) -> None:
    check_alone(load_passage_reader(str(answering)))


def test_passages_crossed_together_are_read_as_alone(crossing: Path) -> None:
    check_alone(load_passage_reader(str(crossing)))


def check_alone(reader: PassageReader) -> None:
    passages = [(CONTEXT, TEXT), ("", LONG_TEXT), (CONTEXT, "boat."), ("", TEXT)]
    together = reader.score(QUESTION, passages)
    for passage, reading in zip(passages, together, strict=True):
        (alone,) = reader.score(QUESTION, [passage])
        assert reading.relevance == pytest.approx(alone.relevance, abs=1e-4)
        assert [(s.start, s.end) for s in reading.spans] == [(s.start, s.end) for s in alone.spans]
    assert reader.score(QUESTION, []) == []


def check_whole_words(text: str, reading: PassageReading) -> None:
    for span in reading.spans:
        words = text[span.start : span.end]
        assert words == words.strip() != ""
        before, after = text[: span.start][-1:], text[span.end :][:1]
        assert not (before.isalnum() and words[0].isalnum())
        assert not (after.isalnum() and words[-1].isalnum())
    for one, other in itertools.combinations(reading.spans, 2):
        assert one.score >= other.score
        assert one.end <= other.start or other.end <= one.start
    assert np.isfinite(reading.relevance)


@pytest.fixture(scope="module", params=[word_pieces, byte_pairs, space_marks])
def of_each_tokenizer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> PassageReader:
    make: Callable[[], Any] = request.param
    folder = tmp_path_factory.mktemp("kind")
    family = (
        transformers.RobertaForQuestionAnswering
        if make is byte_pairs
        else (transformers.BertForQuestionAnswering)
    )
    return load_passage_reader(str(save_tiny_model(folder, make(), family)))


@settings(max_examples=40, deadline=None)
@given(text=PASSAGES)
def test_spans_are_whole_words_whatever_the_tokenizer(
    of_each_tokenizer: PassageReader, text: str
) -> None:
    (reading,) = of_each_tokenizer.score(QUESTION, [(CONTEXT, text)])
    check_whole_words(text, reading)
    assert bool(reading.spans) == bool(text.strip())


@settings(max_examples=30, deadline=None)
@given(text=PASSAGES.map(lambda text: text.replace(".", ". A")))
def test_a_cross_encoder_marks_the_sentences(crossing: Path, text: str) -> None:
    (reading,) = load_passage_reader(str(crossing)).score(QUESTION, [(CONTEXT, text)])
    assert sorted((span.start, span.end) for span in reading.spans) == sentences(text)
    check_whole_words(text, reading)


def cross_logit(folder: Path, text: str, prefix: str = f"{CONTEXT}: ") -> float:
    auto_class = transformers.AutoModelForSequenceClassification
    outputs, _ = direct(folder, auto_class, QUESTION, prefix + text)
    logits: list[float] = outputs.logits[0].tolist()
    return logits[0] if len(logits) == 1 else logits[1] - logits[0]


def test_relevance_of_a_long_passage_is_that_of_its_best_window(crossing: Path) -> None:
    reader = load_passage_reader(str(crossing))
    places = set()
    for turn in range(0, 500, 100):
        text = " ".join(LONG_TEXT.split()[turn:] + LONG_TEXT.split()[:turn])
        windows = windows_of(crossing, text)
        logits = [cross_logit(crossing, text[start:end], "") for start, end in windows]
        places.add(logits.index(max(logits)))
        (reading,) = reader.score(QUESTION, [("", text)])
        assert reading.relevance == pytest.approx(max(logits), abs=1e-4)
    assert len(places) > 1  # the best window is not always the same


def test_relevance_and_sentences_are_scored_by_the_cross_encoder(crossing: Path) -> None:
    reader = load_passage_reader(str(crossing))
    (reading,) = reader.score(QUESTION, [(CONTEXT, TEXT)])
    assert reading.relevance == pytest.approx(cross_logit(crossing, TEXT), abs=1e-4)
    assert len(reading.spans) == 3
    for span in reading.spans:
        assert span.score == pytest.approx(
            cross_logit(crossing, TEXT[span.start : span.end]), abs=1e-4
        )


def test_the_setting_picks_the_reader_named_by_its_folder(answering: Path) -> None:
    assert load_reader(str(answering)).name == answering.name


def refused(name: str | Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_passage_reader(str(name))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("Reading model ")
    assert message.endswith("question-answering or cross-encoder model in RAG_READER.")
    return message


def test_folders_and_hub_ids_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert f"{tmp_path}/none is not there" in refused(tmp_path / "none")
    assert "cannot be loaded" in refused(tmp_path)
    assert "Reading model nobody/nothing cannot be loaded" in refused("nobody/nothing")


def test_models_that_are_no_readers(tmp_path: Path) -> None:
    encoder = save_tiny_model(tmp_path / "encoder", word_pieces(), transformers.BertModel)
    assert "it is BertModel" in refused(encoder)
    model_class = transformers.BertForSequenceClassification
    three = save_tiny_model(tmp_path / "three", word_pieces(), model_class, num_labels=3)
    assert "it has 3 labels, not one or two" in refused(three)
    model_class = transformers.BertForQuestionAnswering
    short = save_tiny_model(
        tmp_path / "short", word_pieces(), model_class, max_position_embeddings=128
    )
    assert "it takes 128 tokens at once, but 366 are needed" in refused(short)


def test_weights_that_are_missing_or_broken(tmp_path: Path) -> None:
    headless = save_tiny_model(tmp_path / "headless", word_pieces(), transformers.BertModel)
    config = headless / "config.json"
    config.write_text(config.read_text().replace("BertModel", "BertForQuestionAnswering"))
    assert "its weights lack qa_outputs.bias" in refused(headless)
    weights = headless / "model.safetensors"
    weights.write_bytes(b"nothing")
    assert "cannot be loaded" in refused(headless)
    weights.unlink()
    assert "cannot be loaded" in refused(headless)
