"""``python -m training.sizes``: how well the reader does at each rank it may be stored at.

Over the held-out questions of the training sets, from a run's checkpoint; or, with ``--mean-with``
and ``--share``, from the mean that ``training.export`` stores of the two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rag.encoder import open_e5
from rag.models import find_encoder
from training.batches import validation_groups
from training.corpus import load_corpus
from training.export import difference, restored, trained_values
from training.network import load_encoder, new_model
from training.train import group_maker, special_tokens
from training.validate import validate


def sizes(
    data: Annotated[Path, typer.Option(envvar="RAG_TRAIN_DATA", help="Folder of the sets.")],
    out: Annotated[Path, typer.Option(help="Folder of the run.")] = Path("train-out"),
    mean_with: Annotated[
        Path | None, typer.Option(help="Weights exported from another run.")
    ] = None,
    share: Annotated[float, typer.Option(help="Of the checkpoint in that mean.")] = 0.5,
    encoder: Annotated[Path | None, typer.Option(help="Its file; else the shipped one.")] = None,
    rank: Annotated[list[int] | None, typer.Option(help="May be given several times.")] = None,
) -> None:
    """Print F1, exact match and the rest for the whole weights, and for each rank."""
    file = open_e5(encoder or Path(find_encoder().path))
    corpus = load_corpus(data, file.tokenizer)
    judged = validation_groups(corpus, group_maker(corpus, file, out))
    start = load_encoder(file).state_dict()
    trained = trained_values(out / "checkpoint.pt", mean_with, share, start)
    model = new_model(load_encoder(file), seed=1)  # all that it trains is replaced for each size
    for each in (None, *(rank or (16, 32, 64, 96))):
        stored = difference(trained, start, each) if each else {}
        values = restored(stored, start) if each else trained
        model.load_state_dict({name: values[name] for name in trained}, strict=False)
        scores = validate(model, judged, file.tokenizer, special_tokens(file))
        size = sum(value.numel() * value.element_size() for value in stored.values()) / 2**20
        told = " ".join(f"{name} {value:.3f}" for name, value in scores.items())
        typer.echo(f"{f'rank {each}, {size:.1f} MiB' if each else 'whole'}: {told}")


if __name__ == "__main__":
    typer.run(sizes)
