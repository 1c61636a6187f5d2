"""Plays the simulated company in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def played(*options: str) -> Any:
    """Play it in a process of its own."""
    command = [sys.executable, "-m", "tests.simulation", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
