"""What continuous integration makes of the tests' output."""

from __future__ import annotations

import doctest
import importlib.util
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
