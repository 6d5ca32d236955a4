"""``python -m training.train``: from the folder named by RAG_TRAIN_DATA to the reader's weights.

A run is repeatable from its seed and its number of steps. With ``--minutes`` the number of steps
follows from the speed of the first ones and is kept in the checkpoint. Started again with the same
``--out`` it goes on from the last checkpoint.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import torch
import typer
from tokenizers import Tokenizer
from torch import nn

from rag.models import SHIPPED_EMBEDDER, find_embedder
from rag.read.pairs import load_tokenizer, special_tokens
from training.batches import Position, batches, split, validation_groups
from training.corpus import Corpus, load_corpus
from training.examples import Group, GroupMaker
from training.loss import losses
from training.mine import embed, mine_once
from training.near_miss import lexicon_once
from training.span_model import SpanModel, load_encoder, pad
from training.validate import validate

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_FIXED = ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight")
"""What stays as shipped: too large to ship again, and few of its rows would be trained."""
_WARM_UP = 0.06
_MEASURED_STEPS = 12
_AVERAGE = 0.998


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides a run's result, beside the data and the encoder."""

    seed: int = 1
    steps: int = 0
    learning_rate: float = 1.5e-4
    head_factor: float = 5.0
    weight_decay: float = 0.01
    tokens_per_step: int = 5120
    near_misses: float = 0.0
    """Share of the groups with an exchanged term (LOG.md, "the mean of two runs"); in
    validation all have one that can."""


def new_model(folder: Path, seed: int) -> SpanModel:
    """The encoder with fresh heads; its token and position embeddings stay as they are."""
    torch.manual_seed(seed)
    encoder = load_encoder(folder)
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad_(name not in _FIXED)
    model = SpanModel(encoder)
    for head in (model.relevance, model.span):
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    return model.eval()  # without dropout: one or two passes over the data do not need it


class Trainer:
    """A model with its optimizer, its running average, and where the data stands."""

    def __init__(self, model: SpanModel, recipe: Recipe, tokenizer: Tokenizer) -> None:
        self.model = model
        self.recipe = recipe
        self.step = 0
        self.position = Position()
        self._special = special_tokens(tokenizer)
        heads = [*model.relevance.parameters(), *model.span.parameters()]
        self._rates = (recipe.learning_rate, recipe.learning_rate * recipe.head_factor)
        encoder = [p for p in model.encoder.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [{"params": encoder}, {"params": heads}], weight_decay=recipe.weight_decay, fused=True
        )
        self.average = {
            name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad
        }

    def learn(self, groups: list[Group]) -> dict[str, float]:
        """One step; the losses of its batch."""
        done = self.step / max(1, self.recipe.steps)
        share = done / _WARM_UP if done < _WARM_UP else (1 - done) / (1 - _WARM_UP)
        for parameters, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            parameters["lr"] = rate * share
        pairs = [example.pair for group in groups for example in group.examples]
        found = losses(groups, self.model(pad(pairs, self._special)))
        self._optimizer.zero_grad(set_to_none=True)
        found.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimizer.step()
        self.step += 1
        keep = min(_AVERAGE, self.step / (self.step + 10))
        with torch.no_grad():
            for name, p in self.model.named_parameters():
                if name in self.average:
                    self.average[name].lerp_(p, 1 - keep)
        names = ("span", "nothing", "relevance", "listwise")
        return {name: float(getattr(found, name).detach()) for name in names}

    def save(self, path: Path) -> None:
        """Write everything that going on needs; the file before stays until this one is whole."""
        state = {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "position": asdict(self.position),
            "weights": {k: v for k, v in self.model.state_dict().items() if k in self.average},
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
        }
        torch.save(state, path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)

    def load(self, state: dict[str, Any]) -> None:
        """Go back to where ``save`` was called."""
        self.step = state["step"]
        self.position = Position(**state["position"])
        self.model.load_state_dict(state["weights"], strict=False)
        self.average = state["average"]
        self._optimizer.load_state_dict(state["optimizer"])

    def averaged(self) -> SpanModel:
        """The model with the running average of its weights in place; see ``restore``."""
        self._kept = {k: v.clone() for k, v in self.model.state_dict().items() if k in self.average}
        self.model.load_state_dict(self.average, strict=False)
        return self.model

    def restore(self) -> None:
        """Undo ``averaged``."""
        self.model.load_state_dict(self._kept, strict=False)


def group_maker(
    corpus: Corpus, encoder: PreTrainedModel, tokenizer: Tokenizer, out: Path, near_misses: float
) -> GroupMaker:
    """With what is mined once, and kept in the folder ``out``."""
    candidates = mine_once(corpus, encoder, tokenizer, out)
    questions = [item.question for items in corpus.items.values() for item in items]
    passages = [text.text for text in corpus.texts]
    lexicon = lexicon_once(
        out / "lexicon.json", passages, questions, lambda texts: embed(texts, encoder, tokenizer)
    )
    return GroupMaker(corpus, candidates, lexicon, tokenizer, near_misses)


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


def train(
    data: Annotated[Path, typer.Option(envvar="RAG_TRAIN_DATA", help="Folder of the sets.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and caches.")] = Path(
        "train-out"
    ),
    encoder: Annotated[Path | None, typer.Option(help="Model folder to start from.")] = None,
    minutes: Annotated[float, typer.Option(help="How long to train, about.")] = 75.0,
    steps: Annotated[
        int,
        typer.Option(
            help="Exact number of steps instead of minutes; may be changed when going on."
        ),
    ] = 0,
    seed: int = 1,
    learning_rate: float = 1.5e-4,
    tokens_per_step: int = 5120,
    checkpoint_minutes: float = 4.0,
    validations: Annotated[int, typer.Option(help="How often to validate on the way.")] = 8,
    near_misses: Annotated[
        float | None,
        typer.Option(
            help="Share of the questions that have an exchanged term; may be changed when going on."
        ),
    ] = None,
    stop_after: Annotated[int, typer.Option(help="Stop early after so many steps.")] = 0,
) -> None:
    """Train the reader, or go on training it."""
    torch.set_num_threads(min(torch.get_num_threads(), os.cpu_count() or 1))
    if encoder is None:
        encoder = Path(find_embedder(SHIPPED_EMBEDDER).path)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = load_tokenizer(encoder)
    corpus = load_corpus(data, tokenizer)
    plain = load_encoder(encoder)
    _say(
        f"{len(corpus.texts)} texts, " + ", ".join(f"{k} {len(v)}" for k, v in corpus.items.items())
    )
    checkpoint = out / "checkpoint.pt"
    state = torch.load(checkpoint, weights_only=True) if checkpoint.exists() else None
    started = {
        "seed": seed,
        "learning_rate": learning_rate,
        "tokens_per_step": tokens_per_step,
    }
    recipe = Recipe(**(state["recipe"] if state else started))
    recipe = replace(
        recipe,
        steps=steps or recipe.steps,
        near_misses=recipe.near_misses if near_misses is None else near_misses,
    )
    maker = group_maker(corpus, plain, tokenizer, out, recipe.near_misses)
    numbers, held_out = split(corpus)
    judged = validation_groups(maker, held_out)
    _say(f"{len(judged)} to validate on")

    model = new_model(encoder, recipe.seed)
    if not recipe.steps:
        rate = _seconds_per_step(maker, numbers, model, replace(recipe, steps=1000), tokenizer)
        recipe = replace(recipe, steps=max(1, int(minutes * 60 / rate)))
        model = new_model(encoder, recipe.seed)
    trainer = Trainer(model, recipe, tokenizer)
    if state:
        trainer.load(state)
    _say(f"{recipe} from step {trainer.step}")

    special = special_tokens(tokenizer)
    every = max(1, recipe.steps // validations)
    stream = batches(maker, numbers, recipe.seed, recipe.tokens_per_step, trainer.position)
    began, begun_at, saved = time.process_time(), trainer.step, time.process_time()
    running: dict[str, float] = {}
    last = min(recipe.steps, stop_after or recipe.steps)
    while trainer.step < last:
        position, groups = next(stream)
        for name, value in trainer.learn(groups).items():
            running[name] = running.get(name, value) * 0.95 + value * 0.05
        trainer.position = position
        if trainer.step % 10 == 0:
            per_step = (time.process_time() - began) / (trainer.step - begun_at)
            left = (recipe.steps - trainer.step) * per_step / torch.get_num_threads() / 60
            _say(
                f"step {trainer.step}/{recipe.steps} "
                + " ".join(f"{name} {value:.3f}" for name, value in running.items())
                + f"  {per_step:.2f} cpu-s/step, {left:.0f} min left"
            )
        if time.process_time() - saved > checkpoint_minutes * 60 * torch.get_num_threads():
            trainer.save(checkpoint)
            saved = time.process_time()
        if trainer.step % every == 0 or trainer.step == recipe.steps:
            scores = validate(trainer.averaged(), judged, tokenizer, special)
            trainer.restore()
            line = {"step": trainer.step, **{k: round(v, 4) for k, v in scores.items()}}
            _say(f"validation {json.dumps(line)}")
            with (out / "validation.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
    trainer.save(checkpoint)


def _seconds_per_step(
    maker: GroupMaker,
    numbers: dict[str, list[int]],
    model: SpanModel,
    recipe: Recipe,
    tokenizer: Tokenizer,
) -> float:
    """How long a step takes here, measured on a few that are then forgotten."""
    trainer = Trainer(model, recipe, tokenizer)
    stream = batches(maker, numbers, recipe.seed, recipe.tokens_per_step, Position())
    trainer.learn(next(stream)[1])
    began = time.perf_counter()
    for _ in range(_MEASURED_STEPS):
        trainer.learn(next(stream)[1])
    return (time.perf_counter() - began) / _MEASURED_STEPS


if __name__ == "__main__":
    typer.run(train)
