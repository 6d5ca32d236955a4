"""``python -m training.sizes``: how well the reader does at each rank it may be stored at.

Over the held-out questions of the training sets, from a run's checkpoint; or, with ``--mean-with``
and ``--share``, from the mean that ``training.export`` stores of the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.models import SHIPPED_EMBEDDER, find_embedder
from rag.read.pairs import load_tokenizer, special_tokens
from training.batches import split, validation_groups
from training.corpus import load_corpus
from training.export import difference, restored, trained_values
from training.span_model import load_encoder
from training.train import group_maker, new_model
from training.validate import validate


def sizes(
    data: Annotated[Path, typer.Option(envvar="RAG_TRAIN_DATA", help="Folder of the sets.")],
    out: Annotated[Path, typer.Option(help="Folder of the run.")] = Path("train-out"),
    mean_with: Annotated[
        Path | None, typer.Option(help="Weights exported from another run.")
    ] = None,
    share: Annotated[float, typer.Option(help="Of the checkpoint in that mean.")] = 0.5,
    encoder: Annotated[Path | None, typer.Option(help="Model folder trained from.")] = None,
    rank: Annotated[list[int] | None, typer.Option(help="May be given several times.")] = None,
) -> None:
    """Print F1, exact match and the rest for the whole weights, and for each rank."""
    if encoder is None:
        encoder = Path(find_embedder(SHIPPED_EMBEDDER).path)
    tokenizer, plain = load_tokenizer(encoder), load_encoder(encoder)
    corpus = load_corpus(data, tokenizer)
    maker = group_maker(corpus, plain, tokenizer, out, near_misses=0.0)
    judged = validation_groups(maker, split(corpus)[1])
    start = plain.state_dict()
    trained = trained_values(out / "checkpoint.pt", mean_with, share, start)
    model = new_model(encoder, seed=1)  # all that it trains is replaced for each size
    for each in (None, *(rank or (16, 32, 64, 96))):
        stored = difference(trained, start, each) if each else {}
        values = restored(stored, start) if each else trained
        model.load_state_dict({name: values[name] for name in trained}, strict=False)
        scores = validate(model, judged, tokenizer, special_tokens(tokenizer))
        size = sum(value.numel() * value.element_size() for value in stored.values()) / 2**20
        told = " ".join(f"{name} {value:.3f}" for name, value in scores.items())
        typer.echo(f"{f'rank {each}, {size:.1f} MiB' if each else 'whole'}: {told}")


if __name__ == "__main__":
    typer.run(sizes)
