"""Scores a model folder on held-out pairs: BLEU and chrF, and what the checks flag.

Decodes with CTranslate2 int8, by the settings of the folder's `generation_config.json`.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import ctranslate2  # type: ignore[import-untyped]
import typer
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from transformers import AutoTokenizer

from mt.bundled.recipe.batches import Tokenizer
from mt.quality import check

BATCH_TOKENS = 2048


def settings(folder: Path) -> dict[str, Any]:
    """Decoding settings by CTranslate2's names."""
    found = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
    return {
        "beam_size": found.get("num_beams", 1),
        "length_penalty": found.get("length_penalty", 1.0),
        "no_repeat_ngram_size": found.get("no_repeat_ngram_size", 0),
        "repetition_penalty": found.get("repetition_penalty", 1.0),
        "max_length": found.get("max_new_tokens", 256),
    }


class Decoder:
    """A model folder, converted once and kept beside it."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.tokenizer: Tokenizer = AutoTokenizer.from_pretrained(folder)
        converted = folder.with_name(folder.name + "-ct2-int8")
        if not converted.exists():
            converter = ctranslate2.converters.TransformersConverter(str(folder))
            converter.convert(str(converted), quantization="int8")
        self.generator = ctranslate2.Generator(
            str(converted), compute_type="int8", intra_threads=threads
        )

    def translate(self, sources: Sequence[str], options: dict[str, Any]) -> list[str]:
        """One translation for each source, in order."""
        prompts = [self._prompt(source) for source in sources]
        results = self.generator.generate_batch(
            prompts,
            include_prompt_in_result=False,
            end_token="<|im_end|>",
            max_batch_size=BATCH_TOKENS,
            batch_type="tokens",
            **options,
        )
        ids = [r.sequences_ids[0] for r in results]
        return [self.tokenizer.decode(i, skip_special_tokens=True).strip() for i in ids]

    def _prompt(self, source: str) -> list[str]:
        message = [{"role": "user", "content": source}]
        ids = self.tokenizer.apply_chat_template(
            message, add_generation_prompt=True, return_dict=True
        )["input_ids"]
        tokens: list[str] = self.tokenizer.convert_ids_to_tokens(ids)
        return tokens


def scores(
    sources: Sequence[str], hypotheses: Sequence[str], references: Sequence[str]
) -> dict[str, Any]:
    """Scores with signatures, and how many segments the toolkit's checks flag for what."""
    checked = (check(s, h) for s, h in zip(sources, hypotheses, strict=True))
    flags = Counter(flag.value for found in checked for flag in found)
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


def main(
    folder: Annotated[Path, typer.Argument(help="Model folder, unpacked.")],
    pairs: Annotated[list[Path], typer.Argument(help="Files of source, tab, reference.")],
    segments: Annotated[int, typer.Option(help="Evenly spaced segments of each; 0: all.")] = 0,
    beam_size: Annotated[int, typer.Option(help="0: the folder's own.")] = 0,
    length_penalty: Annotated[float, typer.Option(help="-9: the folder's own.")] = -9.0,
    no_repeat: Annotated[int, typer.Option(help="-1: the folder's own.")] = -1,
    repetition_penalty: Annotated[float, typer.Option(help="0: the folder's own.")] = 0.0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Keep the text.")] = None,
) -> None:
    """Score a model; one line of JSON for each file."""
    options = settings(folder)
    given = {
        "beam_size": beam_size or None,
        "length_penalty": length_penalty if length_penalty > -9 else None,
        "no_repeat_ngram_size": no_repeat if no_repeat >= 0 else None,
        "repetition_penalty": repetition_penalty or None,
    }
    options |= {name: value for name, value in given.items() if value is not None}
    decoder = Decoder(folder)
    for file in pairs:
        lines = [x.split("\t") for x in file.read_text(encoding="utf-8").split("\n") if x]
        lines = lines[:: max(1, len(lines) // segments)][:segments] if segments else lines
        began = time.time()
        hypotheses = decoder.translate([line[0] for line in lines], options)
        seconds = round(time.time() - began, 1)
        found = scores([line[0] for line in lines], hypotheses, [line[1] for line in lines])
        typer.echo(json.dumps({"set": file.stem, **found, "seconds": seconds, **options}))
        if output:
            output.mkdir(parents=True, exist_ok=True)
            text = "".join(" ".join(h.split()) + "\n" for h in hypotheses)
            (output / f"{file.stem}.en").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
