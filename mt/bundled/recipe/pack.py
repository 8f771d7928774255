"""Packs a trained model as changes to its base, small enough for a repository.

Two forms for the change of a matrix: four bits a number with a scale for each group of a row
(`--bits`), or a product of two thin matrices in int8 (`--rank`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import Tensor

from mt.bundled.unpack import EMBEDDINGS, TEXT_FILES, load_base

CLIPPED = (1.0, 0.92, 0.84, 0.76, 0.68)  # of the largest value: cutting tails lowers the error
SMALLEST_SCALE = 2.0**-24  # the least float16 holds


def eight_bits(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Codes in int8 and one scale a row."""
    scales = (matrix.abs().amax(1, keepdim=True) / 127).clamp(min=SMALLEST_SCALE).half()
    codes = (matrix / scales.float()).round().clamp(-127, 127).to(torch.int8)
    return codes, scales


def four_bits(matrix: Tensor, group: int) -> tuple[Tensor, Tensor]:
    """Codes from -8 to 7, two in a byte, and one scale a group; scales chosen by squared error."""
    grouped = matrix.view(len(matrix), -1, group)
    largest = grouped.abs().amax(2, keepdim=True) / 7
    best = torch.full_like(largest, torch.inf)
    codes = torch.zeros_like(grouped)
    scales = largest.clone()
    for share in CLIPPED:
        scale = (largest * share).clamp(min=SMALLEST_SCALE).half().float()
        rounded = (grouped / scale).round().clamp(-8, 7)
        error = (rounded * scale - grouped).square().sum(2, keepdim=True)
        better = error < best
        best = torch.where(better, error, best)
        codes = torch.where(better, rounded, codes)
        scales = torch.where(better, scale, scales)
    raw = (codes.view(len(matrix), -1, 2) + 8).to(torch.uint8)
    return raw[..., 0] | raw[..., 1] << 4, scales.squeeze(2).half()


def low_rank(matrix: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """Two thin matrices whose product is the nearest of this rank."""
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    root = values[:rank].sqrt()
    return left[:, :rank] * root, root.unsqueeze(1) * right[:rank]


def changes(
    trained: dict[str, Tensor], base: dict[str, Tensor], rank: int, group: int
) -> Iterator[tuple[str, Tensor]]:
    """The packed tensors of every parameter but the embeddings."""
    for name, old in base.items():
        if "embed_tokens" in name or name == "lm_head.weight":
            continue
        change = trained[name].float() - old
        if old.dim() == 1:
            yield name, trained[name].half()
        elif rank:
            for part, factor in zip(("up", "down"), low_rank(change, rank), strict=True):
                yield from _named(f"{name}.{part}", eight_bits(factor))
        else:
            yield from _named(f"{name}.change", four_bits(change, group))


def _named(name: str, packed: tuple[Tensor, Tensor]) -> Iterator[tuple[str, Tensor]]:
    yield f"{name}.codes", packed[0].contiguous()
    yield f"{name}.scales", packed[1].contiguous()


def pack(model: Path, base: Path, packed: Path, rank: int = 0, group: int = 32) -> None:
    """Write the packed files of a model folder; `base` is a GGUF file or a model folder."""
    trained = load_file(model / "model.safetensors")
    old = {n: v for n, v in load_base(base).state_dict().items() if n != "lm_head.weight"}
    packed.mkdir(parents=True, exist_ok=True)
    for stale in packed.glob("weights-*.safetensors"):
        stale.unlink()
    tensors = dict(changes(trained, old, rank, group))
    names = sorted(tensors)
    for number, part in enumerate((names[::2], names[1::2]), 1):
        save_file({n: tensors[n] for n in part}, packed / f"weights-changes-{number}.safetensors")
    english = len(old["model.embed_tokens.weight"])
    vectors = trained["model.embed_tokens.weight"][english:].float()
    embedded = dict(_named(EMBEDDINGS, eight_bits(vectors)))
    save_file(embedded, packed / "weights-embeddings.safetensors")
    for name in TEXT_FILES:
        if (model / name).exists():
            shutil.copyfile(model / name, packed / name)
    for file in packed.glob("weights-*.safetensors"):
        file.chmod(0o644)


def main(
    model: Annotated[Path, typer.Argument(help="Folder of the trained model.")],
    base: Annotated[Path, typer.Argument(help="GGUF file, or folder, of the base.")],
    packed: Annotated[Path, typer.Argument(help="Folder to write.")],
    rank: Annotated[int, typer.Option(help="Thin matrices of this rank; 0 takes four bits.")] = 0,
    group: Annotated[int, typer.Option(help="Columns that share a scale, for four bits.")] = 32,
) -> None:
    """Pack a trained model as changes to its base."""
    pack(model, base, packed, rank, group)
    for file in sorted(packed.glob("weights-*.safetensors")):
        typer.echo(f"{file.stat().st_size / 1e6:.1f} MB {file.name}")


if __name__ == "__main__":
    typer.run(main)
