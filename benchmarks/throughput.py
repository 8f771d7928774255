"""How fast the toolkit is against what a user would write: ratios from one run on one machine.

Runs the same weights over the sample articles in three ways: the toolkit (segmentation, batches,
checks and all), CTranslate2 called directly on ready-made segments, and a plain loop over
transformers' `generate`. Prints seconds, target words per second, peak memory and ratios.

    python benchmarks/throughput.py --model bundled --beam-size 1
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import Annotated

import typer

WAYS = ("toolkit", "ctranslate2", "loop")


def main(
    model: Annotated[str, typer.Option(help="As `tarjama translate -m` takes it.")] = "bundled",
    beam_size: Annotated[int, typer.Option(min=1)] = 1,
    segments: Annotated[int, typer.Option(min=1, help="Of the sample articles.")] = 120,
    way: Annotated[str | None, typer.Option(help=f"Only this: {', '.join(WAYS)}.")] = None,
) -> None:
    """Measure each way in a process of its own, and compare them."""
    if way:
        typer.echo(json.dumps(measure(way, model, beam_size, segments)))
        return
    results = {}
    for name in WAYS:
        command = [sys.executable, __file__, "--model", model, "--beam-size", str(beam_size)]
        command += ["--segments", str(segments), "--way", name]
        results[name] = json.loads(subprocess.check_output(command).splitlines()[-1])
        typer.echo(f"{name:12} " + "  ".join(f"{k} {v}" for k, v in results[name].items()))
    rate = {name: result["words_per_second"] for name, result in results.items()}
    typer.echo(f"toolkit / ctranslate2: {rate['toolkit'] / rate['ctranslate2']:.2f}")
    typer.echo(f"toolkit / loop:        {rate['toolkit'] / rate['loop']:.2f}")


def measure(way: str, model: str, beam_size: int, segments: int) -> dict[str, float]:
    """Seconds, target words per second and peak memory (MB) of one way, loading not counted."""
    from dataclasses import replace

    from eval.articles import sample_set
    from mt.backends import Task, load_backend
    from mt.models import find_model, prompt_for
    from mt.sources import resolve
    from mt.translator import Translator

    sources = [s.source for a in sample_set().articles for s in a.segments][:segments]
    local = resolve(model)
    known = find_model(model)
    kind = known.backend if known and way == "loop" else "auto"
    backend = load_backend(
        local.folder,
        Task(prompt=prompt_for(model, "translate")),
        identity=local.identity,
        kind=kind,
        quantization="none" if way == "loop" else "auto",
    )
    options = replace(backend.defaults, beam_size=beam_size)
    backend.generate(sources[:2], options)  # warm up
    since = time.perf_counter()
    if way == "toolkit":
        translator = Translator(backend, options=options)
        texts = [r.target for r in translator.translate_segments(sources)]
    elif way == "loop":
        texts = [backend.generate([source], options)[0].text for source in sources]
    else:
        order = sorted(sources, key=len, reverse=True)
        batches = [order[i : i + 16] for i in range(0, len(order), 16)]
        texts = [h.text for batch in batches for h in backend.generate(batch, options)]
    seconds = time.perf_counter() - since
    words = sum(len(text.split()) for text in texts)
    return {
        "seconds": round(seconds, 1),
        "words_per_second": round(words / seconds, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    typer.run(main)
