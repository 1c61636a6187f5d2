"""What starting costs: no library is imported before something needs it.

Looked at is which modules are there, never how long it took.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import service
from tests.served import Served

HEAVY = {"fsspec", "grpc", "jwt", "numpy", "pandas", "prometheus_client", "pyarrow", "redis", "rich"}
HEAVY |= {"scipy", "valkey", "sklearn", "yaml", "pydantic", "google", "jinja2"}
NEEDED_TO_SERVE = {"google", "grpc", "pydantic", "redis", "yaml"}
_IMPORTED = re.compile(r"^import time: *\d+ \| *\d+ \| *(\w+)")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_version_and_help_import_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys, service; service.main({arguments}, standalone_mode=False); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert HEAVY.isdisjoint(done.stdout.splitlines()[-1].split())


def test_a_server_that_listens_has_imported_only_what_it_needs(data_folder: Path) -> None:
    process = Served(data_folder, {"PYTHONPROFILEIMPORTTIME": "1"})  # each import is a line of its log

    process.ready()
    process.close()

    imported = {module[1] for line in process.log if (module := _IMPORTED.match(line))}
    assert imported & HEAVY == NEEDED_TO_SERVE


@pytest.mark.parametrize("name", service.COMMANDS)
def test_a_command_is_where_it_is_said_to_be_and_does_what_its_line_says(name: str) -> None:
    command = service.main.get_command(click.Context(service.main), name)

    assert command is not None
    assert command.name == name


def test_a_command_that_does_not_exist_is_refused() -> None:
    assert service.main.get_command(click.Context(service.main), "nosuch") is None
