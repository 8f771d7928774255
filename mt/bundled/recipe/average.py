"""The mean of two models that began as one: often better than either (Wortsman et al. 2022).

A run that goes on from a finished model forgets a little of it; the mean of both keeps what each
knows. Which share of the newer one is best is for `evaluate` to say.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors.torch import load_file, save_file
from torch import Tensor


def mean(older: dict[str, Tensor], newer: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Each parameter, `share` of it from `newer` and the rest from `older`, in the newer's type.

    Raises:
        typer.BadParameter: the models have not the same parameters.

    >>> mean({"w": torch.tensor([0.0])}, {"w": torch.tensor([4.0])}, 0.75)
    {'w': tensor([3.])}
    """
    shapes, others = ({n: v.shape for n, v in model.items()} for model in (older, newer))
    if shapes != others:
        different = min(n for n in {*shapes, *others} if shapes.get(n) != others.get(n))
        raise typer.BadParameter(f"the models differ in more than values, first in {different}")
    return {
        name: torch.lerp(older[name].float(), value.float(), share).to(value.dtype)
        for name, value in newer.items()
    }


def main(
    older: Annotated[Path, typer.Argument(help="Model folder.")],
    newer: Annotated[Path, typer.Argument(help="Model folder that was trained from it.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Model folder to write.")],
    share: Annotated[float, typer.Option(help="Of the newer one.", min=0, max=1)] = 0.8,
) -> None:
    """Write the weighted mean of two models; all else is the newer's."""
    if len({(model / "tokenizer.json").read_bytes() for model in (older, newer)}) > 1:
        raise typer.BadParameter("the models have different tokenizers")
    file = "model.safetensors"
    weights = mean(load_file(older / file), load_file(newer / file), share)
    shutil.copytree(newer, output, dirs_exist_ok=True)
    save_file(weights, output / file, metadata={"format": "pt"})


if __name__ == "__main__":
    typer.run(main)
