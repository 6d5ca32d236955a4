"""What the reader is trained to say.

*Span*: one softmax over all spans of all windows of a question, and over saying nothing, whose
score is 0; the right ones are all the marked spans together (shared normalization, Clark and
Gardner 2018, with marginal likelihood). *Nothing*: in a window that does not answer, nothing
outweighs every span. *Relevance*: each window by itself, and the answering one against the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from rag.read.pairs import MAX_SPAN_TOKENS
from training.examples import Example, Group
from training.span_model import IMPOSSIBLE, Logits, span_scores

NOTHING_WEIGHT = 0.3
RELEVANCE_WEIGHT = 0.5
LISTWISE_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Losses:
    """Means over a batch; ``total`` is what is minimized."""

    span: Tensor
    nothing: Tensor
    relevance: Tensor
    listwise: Tensor

    @property
    def total(self) -> Tensor:
        """The weighted sum."""
        return (
            self.span
            + NOTHING_WEIGHT * self.nothing
            + RELEVANCE_WEIGHT * self.relevance
            + LISTWISE_WEIGHT * self.listwise
        )


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


def losses(groups: Sequence[Group], logits: Logits) -> Losses:
    """The losses of a batch whose rows are the groups' examples in order."""
    examples = [example for group in groups for example in group.examples]
    scores = span_scores(logits)
    all_spans = scores.flatten(1).logsumexp(1)
    right = scores.masked_fill(~target_mask(examples, scores.shape[1]), 2 * IMPOSSIBLE)
    right_spans = right.flatten(1).logsumexp(1)

    group_of = torch.tensor([g for g, group in enumerate(groups) for _ in group.examples])
    member = group_of.unsqueeze(0) == torch.arange(len(groups)).unsqueeze(1)
    answers = torch.tensor([example.role == "answer" for example in examples])
    same_question = torch.tensor([example.role != "swapped" for example in examples])
    weight = torch.tensor([example.weight for example in examples])

    of_question = all_spans.masked_fill(~(member & same_question), 2 * IMPOSSIBLE)
    normalizer = functional.pad(of_question, (0, 1)).logsumexp(1)
    others = weight * ~answers
    labels = answers.float()
    in_group = logits.relevance.masked_fill(~member, IMPOSSIBLE) + weight.log()
    bce = functional.binary_cross_entropy_with_logits(logits.relevance, labels, reduction="none")
    return Losses(
        span=(normalizer - right_spans[answers]).mean(),
        nothing=(others * functional.softplus(all_spans)).sum() / others.sum(),
        relevance=(weight * bce).sum() / weight.sum(),
        listwise=(in_group.logsumexp(1) - logits.relevance[answers]).mean(),
    )
