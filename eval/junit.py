"""JUnit XML, which every CI shows: a test case for each gate, and one for each system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from eval.board import Board
from eval.gate import Verdict
from eval.runner import Run


def as_junit(verdicts: Sequence[Verdict], boards: Iterable[Board]) -> str:
    """The XML: gates that failed are failures; systems are passed cases that hold their scores."""
    suite = TestSuite("tarjama evaluate")
    for board_ in boards:
        for run in board_.runs:
            if not run.is_baseline:
                suite.add_testcase(_system_case(board_, run))
    for verdict in verdicts:
        case = TestCase(verdict.gate, classname=f"gates.{verdict.system}")
        if verdict.outcome == "failed":
            case.result = [Failure(verdict.message)]
        else:
            case.system_out = verdict.message
        suite.add_testcase(case)
    xml = JUnitXml("tarjama evaluate")
    xml.add_testsuite(suite)
    return str(xml.tostring().decode("utf-8"))  # type: ignore[no-untyped-call]


def _system_case(board_: Board, run: Run) -> TestCase:
    case = TestCase(run.system.name, classname=f"systems.{board_.key}", time=run.seconds)
    case.system_out = "\n".join(
        f"{result.score.name} {result.score.value:.2f} "
        f"[{result.interval.low:.2f}, {result.interval.high:.2f}] {result.score.signature}"
        for result in board_.results
        if result.system == run.system.name
    )
    return case
