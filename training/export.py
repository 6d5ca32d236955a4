"""``python -m training.export``: the trained weights as a small difference on the shipped encoder.

The difference of each trained matrix is cut to its ``rank`` largest singular directions; vectors
and heads are kept whole. Everything is stored in float16. Two runs that began from the same weights
may be stored as their mean, weighted ("model soups", Wortsman et al. 2022).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import Tensor

from rag.encoder import open_e5
from rag.models import find_encoder, sha256_of
from rag.read.read import SHIPPED_WEIGHTS
from rag.read.span_network import with_differences
from training.network import load_encoder


def low_rank(difference: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Factors (out, rank) and (rank, in) of the nearest matrix of that rank."""
    u, s, vh = torch.linalg.svd(difference, full_matrices=False)
    root = s[:rank].sqrt()
    return u[:, :rank] * root, root.unsqueeze(1) * vh[:rank]


def difference(
    trained: dict[str, Tensor], encoder: dict[str, Tensor], rank: int
) -> dict[str, Tensor]:
    """What ``rag.read.span_network`` reads, from trained values by name."""
    stored: dict[str, Tensor] = {}
    for name, value in trained.items():
        if not name.startswith("encoder."):
            stored[name] = value
            continue
        change = value - encoder[name.removeprefix("encoder.")]
        if change.dim() == 2 and min(change.shape) > rank:
            stored[f"{name}.left"], stored[f"{name}.right"] = low_rank(change, rank)
        else:
            stored[f"{name}.difference"] = change
    return {name: tensor.half().contiguous() for name, tensor in stored.items()}


def restored(stored: dict[str, Tensor], encoder: dict[str, Tensor]) -> dict[str, Tensor]:
    """The trained values of what ``difference`` made, but for what was cut."""
    values = {name: value.float() for name, value in stored.items()}
    heads = {name: value for name, value in values.items() if not name.startswith("encoder.")}
    trained = with_differences(encoder, values)
    return heads | {f"encoder.{name}": value for name, value in trained.items()}


def trained_values(
    checkpoint: Path, mean_with: Path | None, share: float, encoder: dict[str, Tensor]
) -> dict[str, Tensor]:
    """A run's averaged values; with ``mean_with``, ``share`` of them and the rest of its own."""
    trained: dict[str, Tensor] = torch.load(checkpoint, weights_only=True)["average"]
    if mean_with is None:
        return trained
    other = restored(load_file(mean_with), encoder)
    return {name: share * value + (1 - share) * other[name] for name, value in trained.items()}


def export(
    checkpoint: Annotated[Path, typer.Option(help="Written by training.train.")] = Path(
        "train-out/checkpoint.pt"
    ),
    out: Annotated[Path, typer.Option(help="The safetensors file to write.")] = SHIPPED_WEIGHTS,
    rank: int = 64,
    mean_with: Annotated[
        Path | None, typer.Option(help="Weights exported from another run, to take the mean with.")
    ] = None,
    share: Annotated[float, typer.Option(help="Of the checkpoint in that mean.")] = 0.5,
    encoder: Annotated[Path | None, typer.Option(help="Its file; else the shipped one.")] = None,
) -> None:
    """Write the reader's weights, and their hash beside them."""
    start = load_encoder(open_e5(encoder or Path(find_encoder().path))).state_dict()
    stored = difference(trained_values(checkpoint, mean_with, share, start), start, rank)
    save_file(stored, out)
    digest = sha256_of(out)
    out.with_suffix(".sha256").write_text(digest + "\n", encoding="ascii")
    typer.echo(f"{out}: rank {rank}, {out.stat().st_size / 2**20:.2f} MiB, sha256 {digest}")


if __name__ == "__main__":
    typer.run(export)
