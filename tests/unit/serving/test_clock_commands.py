"""What is written for a time and is none, told before a store is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from serving.clock import clock


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("advance", "-1h"), "DURATION is '-1h'; allowed are e.g. 2d12h"),
        (("advance", "-2d12h", "--data", "try"), "DURATION is '-2d12h'"),
        (("set", "-1h"), "INSTANT is '-1h'; allowed is e.g. 2026-03-02T09:00"),
        (("rate", "-1h"), "'-1h' is not a valid float range"),
    ],
)
def test_a_negative_time_is_refused_and_no_plea_for_help(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(clock, arguments)

    assert (done.exit_code, says in done.output) == (2, True), done.output


@pytest.mark.parametrize("command", ["set", "advance", "rate"])
def test_help_is_given_where_it_is_asked_for(command: str) -> None:
    done = CliRunner().invoke(clock, (command, "--help"))

    assert (done.exit_code, "Usage:" in done.output) == (0, True)
