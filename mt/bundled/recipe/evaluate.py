"""Scores a model folder on held-out pairs: BLEU and chrF, and what the checks flag.

Translates as the toolkit does: CTranslate2 int8 on a CPU, by the settings of the folder's
`generation_config.json`, with the names of its `names.tsv` written into the source.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from mt.arabic import normalise
from mt.bundled.recipe.lexicon import is_named
from mt.glossary import Glossary
from mt.translator import SegmentTranslation, load_translator

LATIN = re.compile("(?:al-)?[A-Za-z]{2,}")


def scores(results: Sequence[SegmentTranslation], references: Sequence[str]) -> dict[str, Any]:
    """Scores with signatures, and how many segments the toolkit's checks flag for what."""
    hypotheses = [result.target for result in results]
    flags = Counter(flag.value for result in results for flag in result.flags)
    bleu, chrf = BLEU(), CHRF()
    return {
        "segments": len(hypotheses),
        "bleu": round(bleu.corpus_score(hypotheses, [references]).score, 2),
        "chrf": round(chrf.corpus_score(hypotheses, [references]).score, 2),
        "bleu_signature": str(bleu.get_signature()),
        "chrf_signature": str(chrf.get_signature()),
        "flags": dict(sorted(flags.items())),
        "length": round(sum(map(len, hypotheses)) / sum(map(len, references)), 3),
    }


def names_told(glossary: Glossary, pairs: Sequence[Sequence[str]]) -> dict[str, int]:
    """How many names a glossary writes into the sources, and how many the references have.

    `guessed` are the different ones of each source that are spelled without being listed; a
    reference has one if it has a word like it.

    >>> from mt.glossary import Term
    >>> glossary = Glossary([Term("حلب", "Aleppo")])
    >>> names_told(glossary, [("زار حلب", "He visited Aleppo."), ("في حلب", "There.")])
    {'listed': 2, 'in_reference': 1, 'guessed': 0, 'like_in_reference': 0}
    """
    found = Counter(listed=0, in_reference=0, guessed=0, like_in_reference=0)
    for source, reference, *_ in pairs:
        reading = glossary.read(normalise(source))
        known = " ".join([source, *(term.target for term in reading.terms)])
        guesses = set(LATIN.findall(reading.text)) - set(LATIN.findall(known))
        found["listed"] += len(reading.terms)
        found["in_reference"] += len(reading.terms) - len(reading.missing(reference))
        found["guessed"] += len(guesses)
        found["like_in_reference"] += sum(is_named(guess, reference) for guess in guesses)
    return dict(found)


def main(
    folder: Annotated[Path, typer.Argument(help="Model folder, unpacked.")],
    pairs: Annotated[list[Path], typer.Argument(help="Files of source, tab, reference.")],
    segments: Annotated[int, typer.Option(help="Evenly spaced segments of each; 0: all.")] = 0,
    beam_size: Annotated[int, typer.Option(help="0: the folder's own.")] = 0,
    length_penalty: Annotated[float, typer.Option(help="-9: the folder's own.")] = -9.0,
    no_repeat: Annotated[int, typer.Option(help="-1: the folder's own.")] = -1,
    repetition_penalty: Annotated[float, typer.Option(help="0: the folder's own.")] = 0.0,
    names: Annotated[bool, typer.Option(help="Write the folder's names into the source.")] = True,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Keep the text.")] = None,
) -> None:
    """Score a model; one line of JSON for each file."""
    given = {
        "beam_size": beam_size or None,
        "length_penalty": length_penalty if length_penalty > -9 else None,
        "no_repeat_ngram_size": no_repeat if no_repeat >= 0 else None,
        "repetition_penalty": repetition_penalty or None,
    }
    translator = load_translator(str(folder.resolve()), prompt="{source}", offline=True)
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    translator.options = replace(translator.options, **changed)
    if not names:
        translator.glossary = Glossary()
    for file in pairs:
        lines = [x.split("\t") for x in file.read_text(encoding="utf-8").split("\n") if x]
        lines = lines[:: max(1, len(lines) // segments)][:segments] if segments else lines
        began = time.time()
        results = translator.translate_segments([line[0] for line in lines])
        seconds = round(time.time() - began, 1)
        found = scores(results, [line[1] for line in lines])
        settings: dict[str, Any] = {name: getattr(translator.options, name) for name in given}
        settings |= {"names": names, "told": names_told(translator.glossary, lines)}
        row = {"set": file.stem, **found, "seconds": seconds, **settings}
        typer.echo(json.dumps(row))
        if output:
            output.mkdir(parents=True, exist_ok=True)
            text = "".join(result.target + "\n" for result in results)
            (output / f"{file.stem}.en").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
