"""COMET is asked through its own program, and left out by name where that is not to be had.

The program here has COMET's command line (unbabel-comet 2.2.7) and a simpler idea of quality.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from evaluated import articles, references, translation, worse

from eval import comet
from eval.board import boards
from eval.gate import Limit, fail_under
from mt.errors import InputError, MissingExtraError, ModelError

SET = articles(2)

PROGRAM = """#!{python}
import argparse, json, os, sys
parser = argparse.ArgumentParser()
for name in ("--model", "--to_json", "--sources", "--references"):
    parser.add_argument(name, required=True)
parser.add_argument("--translations", nargs="+", required=True)
parser.add_argument("--quiet", action="store_true")
parser.add_argument("--only_system", action="store_true")
options = parser.parse_args()
if os.environ.get("HF_HUB_OFFLINE"):
    sys.exit("warming up\\nLocalEntryNotFoundError: outgoing traffic has been disabled")
read = lambda path: [line.strip() for line in open(path, encoding="utf-8").readlines()]
sources, references = read(options.sources), read(options.references)
found = {{}}
for path in options.translations:
    rows = list(zip(sources, read(path), references, strict=True))
    found[path] = [
        {{"src": s, "mt": t, "ref": r, "COMET": 0.9 if t == r else 0.5}} for s, t, r in rows
    ]
json.dump(found, open(options.to_json, "w", encoding="utf-8"))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "comet-score"
    program.write_text(PROGRAM.format(python=sys.executable), "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(comet, "_PROGRAM", "comet-score")  # no_comet may have hidden it
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)  # conftest sets it


@pytest.mark.usefixtures("installed")
def test_comet_has_a_column_with_intervals_tests_and_a_signature() -> None:
    good, bad = references(SET), worse(references(SET))
    runs = [translation("good", good, SET), translation("bad", bad, SET)]
    found = boards(runs, SET, samples=100)[0]
    by_system = {r.system: r for r in found.results if r.metric == "comet"}
    assert by_system["good"].score.value == pytest.approx(90)
    assert by_system["bad"].score.value == pytest.approx(50)
    assert by_system["bad"].significant and set(by_system) == {"good", "bad", "copy"}
    assert by_system["good"].score.signature.startswith(
        "nrefs:1|bs:100|seed:12345|model:Unbabel/wmt22-comet-da|version:unbabel-comet-"
    )
    assert found.skipped == ()
    assert found.counts[0].measure.key == "bleu", "what the headline of the report tells of"


@pytest.mark.usefixtures("installed")
def test_a_segment_of_several_lines_stays_one() -> None:
    counts = comet.counts(["a\nb", "c"], {"s": ["x\r\ny", ""]}, ["x y", "z"])
    assert counts.rows["s"].tolist() == [[90, 1], [50, 1]]


@pytest.mark.usefixtures("no_comet")
def test_without_the_program_comet_is_left_out_by_name() -> None:
    found = boards([translation("s", references(SET), SET)], SET, samples=50)
    assert "comet" not in {result.metric for result in found[0].results}
    reason = "comet-score-that-nobody-has is not installed; try: pipx install unbabel-comet"
    assert found[0].skipped == (f"COMET is left out: {reason}",)
    with pytest.raises(InputError, match=r"nothing is scored by 'comet' here.*COMET is left out"):
        fail_under(found, [Limit("comet", 80)])
    with pytest.raises(MissingExtraError):
        comet.counts(["a"], {"s": ["b"]}, ["c"])


@pytest.mark.usefixtures("installed")
def test_what_comet_says_when_it_fails_is_passed_on() -> None:
    message = "comet-score failed: LocalEntryNotFoundError: outgoing traffic has been disabled"
    with pytest.raises(ModelError, match=message):
        comet.counts(["a"], {"s": ["b"]}, ["c"], offline=True)
    found = boards([translation("s", references(SET), SET)], SET, samples=50, offline=True)
    assert found[0].skipped == (f"COMET is left out: {message}",)
