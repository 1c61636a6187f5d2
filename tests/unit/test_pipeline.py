"""What continuous integration makes of the tests' output."""

from __future__ import annotations

import doctest
import importlib.util
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import pytest

CI = Path(__file__).parents[2] / ".ci"


@pytest.fixture(scope="module")
def pipeline() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pipeline", CI / "pipeline.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_examples_hold(pipeline: ModuleType) -> None:
    assert doctest.testmod(pipeline).failed == 0


def test_a_skip_for_a_reason_that_is_not_listed_ends_it(pipeline: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"not in \.ci/skips\.txt: too slow today"):
        pipeline.check_skips("SKIPPED [1] tests/a.py:1: too slow today\n3 passed, 1 skipped in 1.00s\n")


def test_a_listed_reason_is_counted_and_printed(pipeline: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    reason = "no real data in /data: name their folder in FAIRLEAD_DATA"

    pipeline.check_skips(f"SKIPPED [2] tests/a.py:1: {reason}\nSKIPPED [1] tests/b.py:7: {reason}\n")

    assert capsys.readouterr().out == f"3 skipped: {reason}\n"


@pytest.mark.parametrize(
    ("lap_s", "processor_s", "is_too_long"), [(1.0, 590.0, False), (2.0, 1_190.0, False), (1.0, 610.0, True)]
)
def test_a_run_is_as_long_as_it_takes_laps_of_the_same_machine(
    pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch, lap_s: float, processor_s: float, is_too_long: bool
) -> None:
    monkeypatch.setattr(pipeline, "MOST_LAPS", 600)
    monkeypatch.setattr(pipeline, "lap_s", lambda: lap_s)
    monkeypatch.setattr(pipeline, "run", lambda _: ("3 passed in 1.00s\n", processor_s))

    with pytest.raises(SystemExit, match="takes too long") if is_too_long else nullcontext():
        pipeline.run_tests()


@pytest.mark.long
def test_a_lap_takes_processor_time(pipeline: ModuleType) -> None:
    assert pipeline.lap_s() > 0
