"""Readers from Hugging Face models: extractive question answering, and cross-encoders.

Both read what the shipped reader reads, in the same windows: the question, then the article's
title and date with the passage. This module knows neither articles nor what is shown of an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.models import ModelFolder, find_named, loading
from rag.read.pair_model import PairModel
from rag.read.read import PassageReader, PassageReading, best_spans
from rag.read.spans import ScoredSpan, without_overlap
from rag.text.sentences import sentences

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_NO_WORDS = -20.0
"""The relevance of a passage in which no words can answer: a chance of none, but finite."""
_MEND = "name the folder or hub id of a question-answering or cross-encoder model in RAG_READER."


class QuestionAnsweringReader:
    """An extractive question-answering model: its best spans, against its score for no answer."""

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, name: str
    ) -> None:
        """Raises ValueError if the model cannot take a question with a window of a passage."""
        self._pairs = PairModel(model, tokenizer, ("start_logits", "end_logits"))
        self.name = name

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each passage ``(context, text)``; its relevance is its best span's."""
        tokens = [self._pairs.tokens(text) for _, text in passages]
        spans: list[list[ScoredSpan]] = [[] for _ in passages]
        inputs = self._pairs.inputs(question, [context for context, _ in passages], tokens)
        for window, (start, end) in self._pairs.logits(inputs):
            own = slice(window.text_from, window.text_to)
            found = best_spans(start[own], end[own], tokens[window.text], window.first)
            no_answer = float(start[0] + end[0])  # both at [CLS], as in SQuAD 2.0
            spans[window.text] += [replace(span, score=span.score - no_answer) for span in found]
        return [
            PassageReading(max((span.score for span in found), default=_NO_WORDS), kept)
            for found, kept in zip(spans, map(without_overlap, spans), strict=True)
        ]


class CrossEncoderReader:
    """A cross-encoder: its logit for a passage, and for each sentence of it.

    It marks no words, so the spans of a reading are the whole sentences of the passage.
    """

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, name: str
    ) -> None:
        """Raises ValueError if the model has more than two labels, or too short an input."""
        if model.config.num_labels not in (1, 2):
            raise ValueError(f"it has {model.config.num_labels} labels, not one or two")
        self._pairs = PairModel(model, tokenizer, ("logits",))
        self.name = name

    def score(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """One reading for each passage ``(context, text)``; its spans are its sentences."""
        found = [sentences(text) for _, text in passages]
        texts = list(passages)
        for (context, text), spans in zip(passages, found, strict=True):
            texts += [(context, text[start:end]) for start, end in spans]
        scores = self._scores(question, texts)
        relevance, of_sentences = scores[: len(passages)], iter(scores[len(passages) :])
        return [
            PassageReading(
                score,
                tuple(
                    sorted(
                        (ScoredSpan(start, end, next(of_sentences)) for start, end in spans),
                        key=lambda span: -span.score,
                    )
                ),
            )
            for score, spans in zip(relevance, found, strict=True)
        ]

    def _scores(self, question: str, texts: Sequence[tuple[str, str]]) -> list[float]:
        """The logit of each text; of several windows, the highest."""
        scores = [-np.inf] * len(texts)
        tokens = [self._pairs.tokens(text) for _, text in texts]
        inputs = self._pairs.inputs(question, [context for context, _ in texts], tokens)
        for window, (logits,) in self._pairs.logits(inputs):
            logit = logits[0] if len(logits) == 1 else logits[1] - logits[0]
            scores[window.text] = max(scores[window.text], float(logit))
        return scores


def load_passage_reader(name: str) -> PassageReader:
    """The reader in the folder, or under the hub id, ``name``; its config says of which kind.

    Raises ModelError if there is no such model, or it neither answers questions nor compares texts.
    """
    model = f"Reading model {name}"
    found = find_named(model, name, _MEND)
    with loading(model, _MEND):
        return _load(found)


def _load(found: ModelFolder) -> PassageReader:
    """The reader for a model, in float32. Raises ValueError where it fits none."""
    import torch
    from transformers import (
        AutoConfig,
        AutoModelForQuestionAnswering,
        AutoModelForSequenceClassification,
        AutoTokenizer,
    )

    options: dict[str, Any] = {"local_files_only": found.is_here, "trust_remote_code": False}
    config = AutoConfig.from_pretrained(found.path, **options)
    architecture = (config.architectures or ["a model without architecture"])[0]
    model_class: Any
    reader_class: type[QuestionAnsweringReader | CrossEncoderReader]
    if architecture.endswith("ForQuestionAnswering"):
        model_class, reader_class = AutoModelForQuestionAnswering, QuestionAnsweringReader
    elif architecture.endswith("ForSequenceClassification"):
        model_class, reader_class = AutoModelForSequenceClassification, CrossEncoderReader
    else:
        raise ValueError(f"it is {architecture}")
    model, report = model_class.from_pretrained(
        found.path, dtype=torch.float32, output_loading_info=True, **options
    )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"its weights lack {missing[0]}")
    tokenizer = AutoTokenizer.from_pretrained(found.path, **options)
    if not tokenizer.is_fast:
        raise ValueError("it has no fast tokenizer")
    return reader_class(model.eval(), tokenizer, found.name)
