"""The losses of a batch of groups; see training/README.md, "How it was trained"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from rag.read.pairs import MAX_SPAN_TOKENS
from training.examples import Example, Group
from training.network import IMPOSSIBLE, SUPPORT_LABELS, Logits, span_scores

WEIGHTS = {"span": 1.0, "nothing": 0.4, "relevance": 0.7, "listwise": 0.3, "support": 0.7}


def target_mask(examples: Sequence[Example], tokens: int) -> Tensor:
    """True at the right spans: (examples, first token, tokens after it), as ``span_scores``."""
    mask = torch.zeros(len(examples), tokens, MAX_SPAN_TOKENS, dtype=torch.bool)
    for row, example in enumerate(examples):
        for first, last in example.targets:
            if not example.within:
                mask[row, first, last - first] = True
                continue
            for begin in range(first, last + 1):
                mask[row, begin, : last - begin + 1] = True
    return mask


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over a batch; zero where the batch has no example of the kind."""

    span: Tensor
    nothing: Tensor
    relevance: Tensor
    listwise: Tensor
    support: Tensor

    @property
    def total(self) -> Tensor:
        """The weighted sum, which is minimized."""
        return sum((w * getattr(self, name) for name, w in WEIGHTS.items()), torch.zeros(()))


def losses(groups: Sequence[Group], logits: Logits) -> Losses:
    """The losses of a batch whose rows are the groups' examples in order."""
    examples = [example for group in groups for example in group.examples]
    scores = span_scores(logits)
    all_spans = scores.flatten(1).logsumexp(1)
    right = scores.masked_fill(~target_mask(examples, scores.shape[1]), 2 * IMPOSSIBLE)
    right_spans = right.flatten(1).logsumexp(1)

    is_claim = torch.tensor([example.role == "claim" for example in examples])
    answers = torch.tensor([example.role == "answer" for example in examples])
    weight = torch.tensor([example.weight for example in examples])
    weight = weight.masked_fill(is_claim, 0.0)
    others = weight * ~answers

    # Span and listwise losses: within the groups that have an answer, their first example.
    group_of = torch.tensor([g for g, group in enumerate(groups) for _ in group.examples])
    answered = group_of[answers]
    member = group_of.unsqueeze(0) == answered.unsqueeze(1)
    same_question = torch.tensor([example.role in ("answer", "other") for example in examples])
    of_question = all_spans.masked_fill(~(member & same_question), 2 * IMPOSSIBLE)
    normalizer = functional.pad(of_question, (0, 1)).logsumexp(1)
    in_group = logits.relevance.masked_fill(~(member & ~is_claim), IMPOSSIBLE)
    in_group = in_group + weight.clamp(min=1e-4).log()

    bce = functional.binary_cross_entropy_with_logits(
        logits.relevance, answers.float(), reduction="none"
    )
    labels = [SUPPORT_LABELS.index(e.label) for e in examples if e.label is not None]
    support = (
        functional.cross_entropy(
            logits.support[is_claim], torch.tensor(labels or [0]), reduction="sum"
        )
        if labels
        else torch.zeros(())
    )
    count = max(1, len(answered))
    return Losses(
        span=(normalizer - right_spans[answers]).sum() / count,
        nothing=(others * functional.softplus(all_spans)).sum() / others.sum().clamp(min=1.0),
        relevance=(weight * bce).sum() / weight.sum().clamp(min=1.0),
        listwise=(in_group.logsumexp(1) - logits.relevance[answers]).sum() / count,
        support=support / max(1, len(labels)),
    )
