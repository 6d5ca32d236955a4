"""How well the reader does on questions kept out of training, and on near misses of them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from rag.read.pairs import SpecialTokens
from training.examples import Example, Group
from training.span_model import SpanModel, pad, span_scores


def normalized(text: str) -> list[str]:
    """Words as SQuAD compares them: lower case, without punctuation and articles."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(?:a|an|the)\b", " ", text).split()


def token_f1(said: str, right: str) -> float:
    """Overlap of the words of two answers, 0 to 1."""
    a, b = normalized(said), normalized(right)
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b)) if shared else float(a == b)


def validate(
    model: SpanModel,
    groups: Sequence[Group],
    tokenizer: Tokenizer,
    special: SpecialTokens,
    batch_tokens: int = 8192,
) -> dict[str, float]:
    """Scores over the groups.

    ``f1`` and ``em``: the best span over all windows of a question (the first window answers);
    ``hit``: that span lies in the answering window; ``auc``: relevance of answering windows against
    the others; ``near``: share of near misses whose best span and whose relevance score lower than
    the true pair's (halves for each), near misses being scored only here.
    """
    examples = [example for group in groups for example in group.examples]
    scored = _score(model, examples, special, batch_tokens)
    f1, em, hit, near = [], [], [], []
    place = 0
    for group in groups:
        rows = scored[place : place + len(group.examples)]
        place += len(group.examples)
        rivals = [i for i, e in enumerate(group.examples) if not e.near_miss]
        best = max(rivals, key=lambda i: rows[i][1])
        _, _, first, last = rows[best]
        said = tokenizer.decode(group.examples[best].pair.ids[first : last + 1])
        answer = group.examples[0]
        right = [tokenizer.decode(answer.pair.ids[a : b + 1]) for a, b in answer.targets]
        if not answer.within:
            f1.append(max(token_f1(said, words) for words in right))
            em.append(float(any(normalized(said) == normalized(words) for words in right)))
        hit.append(float(best == 0))
        near += [
            0.5 * (rows[0][0] > rows[i][0]) + 0.5 * (rows[0][1] > rows[i][1])
            for i, e in enumerate(group.examples)
            if e.near_miss
        ]
    relevant = [(row[0], e.role == "answer") for row, e in zip(scored, examples, strict=True)]
    plain = [pair for pair, e in zip(relevant, examples, strict=True) if not e.near_miss]
    return {
        "f1": _mean(f1),
        "em": _mean(em),
        "hit": _mean(hit),
        "auc": float(roc_auc_score([label for _, label in plain], [score for score, _ in plain])),
        "near": _mean(near),
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _score(
    model: SpanModel, examples: Sequence[Example], special: SpecialTokens, batch_tokens: int
) -> list[tuple[float, float, int, int]]:
    """For each example its relevance and its best span: (relevance, score, first, last token)."""
    result: list[tuple[float, float, int, int]] = [(0.0, 0.0, 0, 0)] * len(examples)
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].pair.ids))
    begin = 0
    with torch.inference_mode():
        while begin < len(order):
            stop = begin + 1
            while (
                stop < len(order)
                and (stop - begin + 1) * len(examples[order[stop]].pair.ids) <= batch_tokens
            ):
                stop += 1
            rows = order[begin:stop]
            logits = model(pad([examples[i].pair for i in rows], special))
            scores = span_scores(logits)
            values, places = scores.flatten(1).max(1)
            for i, relevance, value, place in zip(
                rows, logits.relevance.tolist(), values.tolist(), places.tolist(), strict=True
            ):
                first, more = divmod(place, scores.shape[2])
                result[i] = (relevance, value, first, first + more)
            begin = stop
    return result
