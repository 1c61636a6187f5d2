"""A slice of ``make chaos``: whatever goes wrong for a while, what clients were told holds.

``FAIRLEAD_CHAOS_SECONDS`` says for how long clients call and faults fall: six seconds are one round, with a dozen kinds
of them. Fail-overs take their time: less than a minute is for a store that is alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

SECONDS = os.environ.get("FAIRLEAD_CHAOS_SECONDS", "6")
TOPOLOGY = "both" if float(SECONDS) >= 60 else "alone"
ROOT = Path(__file__).parent.parent.parent


@pytest.mark.timeout(1800 + 3 * float(SECONDS))
def test_nothing_is_owned_twice_or_lost_while_everything_fails() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--seconds", SECONDS, "--topology", TOPOLOGY]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
