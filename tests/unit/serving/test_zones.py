"""Every command of every machine reads the same time zones: else two servers would plan differently."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
_LOOK = "import service; from zoneinfo import ZoneInfo; print(ZoneInfo('Europe/Berlin'), ZoneInfo('UTC'))"


def test_the_zones_of_the_machine_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_text("no zone")

    output = subprocess.check_output(
        [sys.executable, "-c", _LOOK], cwd=ROOT, env={**os.environ, "PYTHONTZPATH": str(tmp_path)}, text=True
    )

    assert output.split() == ["Europe/Berlin", "UTC"]
