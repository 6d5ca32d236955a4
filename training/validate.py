"""How well the reader does on questions and claims kept out of training."""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from rag.read.pairs import SpecialTokens
from training.examples import Example, Group
from training.network import SUPPORT_LABELS, ReaderModel, pad, span_scores

_ANSWERED = 0.9
"""Near misses are refused by the threshold that still answers this share of what is answerable."""


def normalized(text: str) -> list[str]:
    """Words as SQuAD compares them: lower case, without punctuation and articles."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(?:a|an|the)\b", " ", text).split()


def token_f1(said: str, right: str) -> float:
    """Overlap of the words of two answers, 0 to 1."""
    a, b = normalized(said), normalized(right)
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b)) if shared else float(a == b)


class _Scored:
    """What the reader says of one example."""

    __slots__ = ("first", "last", "relevance", "span", "support")

    def __init__(self, relevance: float, support: list[float], span: float, place: int, width: int):
        self.relevance, self.support, self.span = relevance, support, span
        self.first, more = divmod(place, width)
        self.last = self.first + more


def validate(
    model: ReaderModel,
    groups: Sequence[Group],
    tokenizer: Tokenizer,
    special: SpecialTokens,
    batch_tokens: int = 8192,
) -> dict[str, float]:
    """Scores over the groups.

    ``f1`` and ``em``: the best span over all windows of a question (the first window answers);
    ``hit``: that span lies in the answering window; ``auc``: relevance of answering windows against
    other windows; ``near auc``: against near misses, by relevance and span together;
    ``near refused``: at 0.9 of the answerable answered, and by cause; ``support auc``: of supported
    claims against the rest; ``support right``: of three labels.
    """
    examples = [example for group in groups for example in group.examples]
    scored = dict(
        zip(map(id, examples), _score(model, examples, special, batch_tokens), strict=True)
    )
    f1, em, hit = [], [], []
    yes, no, near = [], [], defaultdict(list)
    claims: list[tuple[str, list[float]]] = []
    for group in groups:
        for example in group.examples:
            row = scored[id(example)]
            if example.label is not None:
                claims.append((example.label, row.support))
            elif example.role == "answer":
                yes.append((row.relevance, row.relevance + row.span))
            elif example.cause:
                near[example.cause].append(row.relevance + row.span)
            else:
                no.append(row.relevance)
        answer = group.examples[0]
        if answer.role != "answer":
            continue
        rivals = [e for e in group.examples if e.role in ("answer", "other") and not e.cause]
        best = max(rivals, key=lambda e: scored[id(e)].span)
        row = scored[id(best)]
        said = tokenizer.decode(list(best.pair.ids[row.first : row.last + 1]))
        right = [tokenizer.decode(list(answer.pair.ids[a : b + 1])) for a, b in answer.targets]
        if not answer.within:
            f1.append(max(token_f1(said, words) for words in right))
            em.append(float(any(normalized(said) == normalized(words) for words in right)))
        hit.append(float(best is answer))
    both = [score for _, score in yes]
    all_near = [score for scores in near.values() for score in scores]
    threshold = float(np.quantile(both, 1 - _ANSWERED)) if both else 0.0
    found = {
        "f1": _mean(f1),
        "em": _mean(em),
        "hit": _mean(hit),
        "auc": _auc([score for score, _ in yes], no),
        "near auc": _auc(both, all_near),
        "near refused": _mean([float(score < threshold) for score in all_near]),
    }
    for cause, scores in sorted(near.items()):
        found[f"refused {cause}"] = _mean([float(score < threshold) for score in scores])
    if claims:
        held = [s[0] - max(s[1:]) for label, s in claims if label == "support"]
        rest = [s[0] - max(s[1:]) for label, s in claims if label != "support"]
        found["support auc"] = _auc(held, rest)
        found["support right"] = _mean(
            [float(SUPPORT_LABELS[int(np.argmax(s))] == label) for label, s in claims]
        )
    return found


def _auc(high: Sequence[float], low: Sequence[float]) -> float:
    if not high or not low:
        return float("nan")
    return float(roc_auc_score([1] * len(high) + [0] * len(low), [*high, *low]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _score(
    model: ReaderModel, examples: Sequence[Example], special: SpecialTokens, batch_tokens: int
) -> list[_Scored]:
    result: list[_Scored | None] = [None] * len(examples)
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].pair.ids))
    begin = 0
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
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
            for i, *said in zip(
                rows,
                logits.relevance.tolist(),
                logits.support.tolist(),
                values.tolist(),
                places.tolist(),
                strict=True,
            ):
                result[i] = _Scored(*said, scores.shape[2])
            begin = stop
    return [scored for scored in result if scored is not None]
