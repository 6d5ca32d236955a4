"""Fits the head that tells what a question takes up (``rag.question.follow_up``).

    RAG_TRAIN_DATA=DIR python -m training.fit_follow_ups SEEN.npz

The encoder stays as it is. ``SEEN.npz`` keeps what the head sees of every example, which takes the
encoder minutes to tell, from one run to the next. Figures are of conversations kept back.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

import rag
from rag.question.follow_up import WEIGHTS_FILE, Head, row_of, seen_words, states_of
from training.follow_ups import FollowUp, read_rows, split

SEED = 1
INNER = 96
EPOCHS = 4
BATCH = 1024
RATE = 1e-3
NEEDS_INVERSE_PENALTY = 0.003
OUT = Path(rag.__file__).with_name("weights") / WEIGHTS_FILE


@dataclass(frozen=True)
class Seen:
    """What the head sees of the examples, and what it should say."""

    words: NDArray[np.float16]
    """(words, 2 * channels + features)"""
    taken: NDArray[np.bool_]
    of: NDArray[np.int64]
    """Each word's example."""
    questions: NDArray[np.float32]
    """(examples, 2 * channels + features)"""
    needs: NDArray[np.bool_]
    held_out: NDArray[np.bool_]


def main() -> None:
    """Fits, prints the figures of the held-out conversations, and writes the weights."""
    lines = (Path(os.environ["RAG_TRAIN_DATA"]) / "rewrite.jsonl").read_text(encoding="utf-8")
    examples = list(read_rows([json.loads(line) for line in lines.splitlines()]))
    kept = Path(sys.argv[1])
    if not kept.exists():
        np.savez(kept, **vars(seen(examples)))
    with np.load(kept) as file:
        found = Seen(**file)
    head = fit(found)
    save_file({name: each.astype(np.float16) for name, each in head.weights.items()}, OUT)
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes", flush=True)
    report(head, found, examples)


def seen(examples: Sequence[FollowUp]) -> Seen:
    """Has the encoder read all examples."""
    words, taken, of, questions = [], [], [], []
    for begin in range(0, len(examples), 200):
        some = examples[begin : begin + 200]
        rows = [row_of(each.question, each.history) for each in some]
        for number, (each, row, states) in enumerate(
            zip(some, rows, states_of(rows), strict=True),
            start=begin,
        ):
            told = seen_words(each.question, each.history, row, states)
            marks = np.array([mark for segment in each.taken for mark in segment], bool)
            words.append(told.inputs.astype(np.float16))
            taken.append(marks[told.numbers])
            of.append(np.full(len(told.numbers), number))
            questions.append(told.question)
        print(f"read {begin + len(some)} of {len(examples)}", flush=True)
    return Seen(
        words=np.concatenate(words),
        taken=np.concatenate(taken),
        of=np.concatenate(of),
        questions=np.array(questions),
        needs=np.array([each.needs_history for each in examples]),
        held_out=np.array([split(each.group) == "held_out" for each in examples]),
    )


def fit(found: Seen) -> Head:
    """The head, fitted on the conversations that are not held out."""
    torch.manual_seed(SEED)
    order = np.random.default_rng(SEED)
    fitted_on = np.flatnonzero(~found.held_out[found.of])
    sample = found.words[fitted_on[::5]].astype(np.float32)
    mean, spread = sample.mean(0), sample.std(0) + 1e-6
    network = torch.nn.Sequential(
        torch.nn.Linear(len(mean), INNER),
        torch.nn.GELU(approximate="tanh"),
        torch.nn.Dropout(0.2),
        torch.nn.Linear(INNER, 1),
    )
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.05)
    steps = EPOCHS * -(-len(fitted_on) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        shuffled = order.permutation(fitted_on)
        for begin in range(0, len(shuffled), BATCH):
            some = np.sort(shuffled[begin : begin + BATCH])
            inputs = torch.from_numpy((found.words[some].astype(np.float32) - mean) / spread)
            wanted = torch.from_numpy(found.taken[some].astype(np.float32))
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                network(inputs)[:, 0], wanted
            )
            optimizer.param_groups[0]["lr"] = RATE * (1 - step / steps)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            step += 1
    first, last = network[0], network[3]
    inner = first.weight.detach().numpy() / spread
    questions = found.questions[~found.held_out]
    middle, width = questions.mean(0), questions.std(0) + 1e-6
    needs = LogisticRegression(C=NEEDS_INVERSE_PENALTY, max_iter=300).fit(
        (questions - middle) / width, found.needs[~found.held_out]
    )
    of_question = needs.coef_[0] / width
    return Head(
        {
            "inner.weight": np.ascontiguousarray(inner.T),
            "inner.bias": first.bias.detach().numpy() - inner @ mean,
            "takes.weight": last.weight.detach().numpy()[0],
            "takes.bias": last.bias.detach().numpy(),
            "needs.weight": of_question.astype(np.float32),
            "needs.bias": (needs.intercept_ - of_question @ middle).astype(np.float32),
        }
    )


def report(head: Head, found: Seen, examples: Sequence[FollowUp]) -> None:
    """Prints, by how the held-out examples came about, whether they need their history and F1."""
    held = np.flatnonzero(found.held_out)
    needs = np.zeros(len(examples))
    needs[held] = [head.needs(each) for each in found.questions[held]]
    chances = np.zeros(len(found.words))
    of_held = np.flatnonzero(found.held_out[found.of])
    for begin in range(0, len(of_held), 8192):
        some = of_held[begin : begin + 8192]
        chances[some] = head.takes(found.words[some].astype(np.float32))
    made = np.array([each.made or "as held" for each in examples])
    for name in ("as held", "older subject", "other subject", "named in full", "goes on"):
        these = held[made[held] == name]
        mask = np.isin(found.of, these)
        for needs_from in (0.3, 0.4, 0.5):
            told = needs[these] >= needs_from
            right = (told == found.needs[these]).mean()
            known = told[found.needs[these]].mean() if found.needs[these].any() else np.nan
            scores = []
            for takes_from in (0.2, 0.25, 0.3, 0.35, 0.4):
                chosen = mask & (chances >= takes_from) & (needs[found.of] >= needs_from)
                both = (chosen & found.taken).sum()
                total = chosen.sum() + (mask & found.taken).sum()
                scores.append(f"{takes_from} {2 * both / max(1, total):.3f}")
            print(
                f"{name} ({len(these)}), needs from {needs_from}: right {right:.3f}, of those that "
                f"need it {known:.3f}; F1 of words, taken from {', '.join(scores)}"
            )


if __name__ == "__main__":
    main()
