"""`fairlead health check`: profiles are read as a server reads them, and all that is wrong is named at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from scoring.cli.health import health
from tests.conftest import ROOT

EXAMPLE = ROOT / "examples" / "health_profiles.yaml"


def test_the_example_can_be_served() -> None:
    result = CliRunner().invoke(health, ["check", str(EXAMPLE)])

    assert result.exit_code == 0, result.output
    assert "dimensions" in result.output
    assert "beside health: lifecycle, value_tier" in result.output


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("version: 1", "version: 2"), "version: "),
        (("weight: 25", "weight: heavy"), "weight: "),
        (("bad: 2, warn: 8", "bad: 2, warm: 8"), ".warm: "),
        (("version: 1", "version: [1"), "line "),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    text = EXAMPLE.read_text()
    assert change[0] in text
    file = tmp_path / "profiles.yaml"
    file.write_text(text.replace(*change, 1))

    result = CliRunner().invoke(health, ["check", str(file)])

    assert result.exit_code == 1
    assert message in result.output
