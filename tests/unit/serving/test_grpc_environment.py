"""gRPC reads its environment once, when it is imported: whoever starts children settles it before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_LOOK = "import os, sys, {}; print(os.environ.get('GRPC_ENABLE_FORK_SUPPORT'), 'grpc' in sys.modules)"


@pytest.mark.parametrize("package", ["serving", "benchmarks"])  # a package is imported before any module in it
def test_a_package_that_serves_switches_fork_support_off_before_it_imports_grpc(package: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GRPC_")}

    output = subprocess.check_output([sys.executable, "-c", _LOOK.format(package)], cwd=ROOT, env=environ, text=True)

    assert output.split() == ["0", "False"]
