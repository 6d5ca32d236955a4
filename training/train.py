"""``python -m training.train``: from the folder named by RAG_TRAIN_DATA to the reader's weights.

A run is repeatable from its seed and its number of steps. Started again with the same ``--out`` it
goes on from the last checkpoint. The learning rate is constant and falls to nothing in the last
part of the steps (Hu et al. 2024, "MiniCPM"), so that a run may be made longer or shorter while it
goes on.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from safetensors.torch import load_file
from torch import nn

from rag.embed import E5Embedder
from rag.encoder import E5File, open_e5
from rag.models import SHIPPED_ENCODER, ModelFolder, find_encoder
from rag.read.pairs import SpecialTokens
from training.batches import Position, batches, draws, validation_groups
from training.corpus import Corpus, load_corpus
from training.examples import Group, GroupMaker
from training.export import restored
from training.loss import WEIGHTS, losses
from training.mine import mine_once
from training.near_miss import lexicon_once
from training.network import ReaderModel, load_encoder, new_model, pad
from training.validate import validate

_WARM_UP_STEPS = 60
_COOL_DOWN = 0.3
"""Share of the steps in which the learning rate falls."""
_AVERAGE = 0.998


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides a run's result, beside the data and the encoder."""

    seed: int = 1
    steps: int = 2000
    learning_rate: float = 1.2e-4
    head_factor: float = 5.0
    weight_decay: float = 0.01
    tokens_per_step: int = 4608


_RECIPE = Recipe()


class Trainer:
    """A model with its optimizer, its running average, and where the data stands."""

    def __init__(self, model: ReaderModel, recipe: Recipe, special: SpecialTokens) -> None:
        self.model = model
        self.recipe = recipe
        self.step = 0
        self.position = Position()
        self._special = special
        heads = [parameter for head in model.heads for parameter in head.parameters()]
        self._rates = (recipe.learning_rate, recipe.learning_rate * recipe.head_factor)
        encoder = [p for p in model.encoder.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [{"params": encoder}, {"params": heads}], weight_decay=recipe.weight_decay, fused=True
        )
        self.average = {
            name: p.detach().clone()
            for name, p in model.named_parameters()
            if not name.startswith("encoder.embeddings.")
        }

    def learn(self, groups: list[Group]) -> dict[str, float]:
        """One step; the losses of its batch."""
        left = 1 - self.step / self.recipe.steps
        share = min(1.0, (self.step + 1) / _WARM_UP_STEPS, max(0.0, left / _COOL_DOWN))
        for parameters, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            parameters["lr"] = rate * share
        pairs = [example.pair for group in groups for example in group.examples]
        with torch.autocast("cpu", torch.bfloat16, enabled=has_fast_bfloat16()):
            logits = self.model(pad(pairs, self._special))
        found = losses(groups, logits)
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
        return {name: float(getattr(found, name).detach()) for name in WEIGHTS}

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

    def averaged(self) -> ReaderModel:
        """The model with the running average of its weights in place; see ``restore``."""
        self._kept = {k: v.clone() for k, v in self.model.state_dict().items() if k in self.average}
        self.model.load_state_dict(self.average, strict=False)
        return self.model

    def restore(self) -> None:
        """Undo ``averaged``."""
        self.model.load_state_dict(self._kept, strict=False)


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 faster than float32."""
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def special_tokens(file: E5File) -> SpecialTokens:
    """Those of the encoder's vocabulary."""
    begin, end, pad_id, _ = file.special_ids
    return SpecialTokens(begin, end, pad_id)


def group_maker(corpus: Corpus, file: E5File, out: Path) -> GroupMaker:
    """With what is mined once, and kept in the folder ``out``."""
    embedder = E5Embedder(ModelFolder(SHIPPED_ENCODER, str(file.path)))
    questions = [item.question for items in corpus.items.values() for item in items]
    passages = [text.text for text in corpus.texts]
    return GroupMaker(
        corpus,
        mine_once(corpus, out),
        lexicon_once(out / "lexicon.json", passages, questions, embedder.embed_query),
        file.tokenizer,
        special_tokens(file),
    )


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


def train(
    data: Annotated[Path, typer.Option(envvar="RAG_TRAIN_DATA", help="Folder of the sets.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and caches.")] = Path(
        "train-out"
    ),
    steps: Annotated[int, typer.Option(help="Of the whole run; may be changed when going on.")] = 0,
    seed: int = _RECIPE.seed,
    learning_rate: float = _RECIPE.learning_rate,
    tokens_per_step: int = _RECIPE.tokens_per_step,
    checkpoint_minutes: float = 4.0,
    validate_every: Annotated[int, typer.Option(help="Steps between validations.")] = 250,
    stop_after: Annotated[int, typer.Option(help="Stop early after so many steps.")] = 0,
    encoder: Annotated[Path | None, typer.Option(help="Its file; else the shipped one.")] = None,
    start: Annotated[
        Path | None, typer.Option(help="Exported weights that a new run begins with.")
    ] = None,
    frozen_layers: Annotated[
        int, typer.Option(help="So many of the lowest layers stay as they are: a third less time.")
    ] = 0,
) -> None:
    """Train the reader, or go on training it."""
    out.mkdir(parents=True, exist_ok=True)
    file = open_e5(encoder or Path(find_encoder().path))
    special = special_tokens(file)
    corpus = load_corpus(data, file.tokenizer)
    _say(
        f"{len(corpus.texts)} texts, "
        + ", ".join(f"{kind} {len(items)}" for kind, items in corpus.items.items())
        + f", near misses {sum(map(len, corpus.near_misses.values()))}, claims {len(corpus.claims)}"
    )
    checkpoint = out / "checkpoint.pt"
    state = torch.load(checkpoint, weights_only=True) if checkpoint.exists() else None
    started = {"seed": seed, "learning_rate": learning_rate, "tokens_per_step": tokens_per_step}
    recipe = Recipe(**(state["recipe"] if state else started))
    recipe = replace(recipe, steps=steps or recipe.steps)
    maker = group_maker(corpus, file, out)
    judged = validation_groups(corpus, maker)
    kinds = draws(corpus, maker, held_out=False)
    _say(f"{len(judged)} groups to validate on")
    model = new_model(load_encoder(file), recipe.seed)
    if start is not None and state is None:
        begun = restored(load_file(start), model.encoder.state_dict())
        model.load_state_dict(begun, strict=False)
    model.encoder.encoder.layer[:frozen_layers].requires_grad_(False)
    trainer = Trainer(model, recipe, special)
    if state:
        trainer.load(state)
    _say(f"{recipe} from step {trainer.step}")

    stream = batches(kinds, recipe.seed, recipe.tokens_per_step, trainer.position)
    began, begun_at, saved = time.monotonic(), trainer.step, time.monotonic()
    running: dict[str, float] = {}
    last = min(recipe.steps, stop_after or recipe.steps)
    while trainer.step < last:
        position, groups = next(stream)
        for name, value in trainer.learn(groups).items():
            running[name] = running.get(name, value) * 0.95 + value * 0.05
        trainer.position = position
        if trainer.step % 10 == 0:
            per_step = (time.monotonic() - began) / (trainer.step - begun_at)
            _say(
                f"step {trainer.step}/{recipe.steps} "
                + " ".join(f"{name} {value:.3f}" for name, value in running.items())
                + f"  {per_step:.2f} s/step, "
                + f"{(recipe.steps - trainer.step) * per_step / 60:.0f} min left"
            )
        if time.monotonic() - saved > checkpoint_minutes * 60:
            trainer.save(checkpoint)
            saved = time.monotonic()
        if trainer.step % validate_every == 0 or trainer.step == recipe.steps:
            scores = validate(trainer.averaged(), judged, file.tokenizer, special)
            trainer.restore()
            line = {"step": trainer.step, **{k: round(v, 4) for k, v in scores.items()}}
            _say(f"validation {json.dumps(line)}")
            with (out / "validation.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
    trainer.save(checkpoint)


if __name__ == "__main__":
    typer.run(train)
