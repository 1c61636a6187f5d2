"""The walk-throughs in docs, and pages that are told as one: every command is run, and prints what they show.

In a block ```` ```console ```` a line that begins with ``$ `` is a command, and the lines below are what it prints.
There ``…`` stands for anything within a line, and alone for any lines. A command that ends with ``&`` is a service: it
is waited for until it is ready, ``$!`` is its number, and it is ended with the walk. A block ```` ```python ```` or
```` ```yaml ```` is the file that its first line names, ``# again.py``; without one it is not looked at.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest

from tests.integration.clients.arranging import environment
from tests.topologies import free_port

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TOLD_AS_WALKS = ("calendars.md", "caps.md", "offers.md", "timers.md")
WALKS = [
    *sorted((DOCS / "walkthroughs").glob("*.md")),
    *(folder / page for folder in (DOCS, DOCS / "zh") for page in TOLD_AS_WALKS),
]
_BLOCK = re.compile(r"^```(console|python|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# (\S+\.\S+)\n")
_PORT = "50051"


@dataclass
class Step:
    """A command, and the lines that it is to print; or a file to be written."""

    command: str = ""
    expected: list[str] = field(default_factory=list)
    file: str = ""


def steps_of(text: str) -> Iterator[Step]:
    for language, block in _BLOCK.findall(text):
        if language == "console":
            yield from _commands(block)
        elif _FILE.match(block):
            yield Step(file=block)


def _commands(block: str) -> list[Step]:
    steps: list[Step] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line.removeprefix("$ ")))
        elif steps[-1].command.endswith("\\"):
            steps[-1].command += "\n" + line
        else:
            steps[-1].expected.append(line)
    return steps


def matches(expected: list[str], printed: str) -> bool:
    """Tell whether lines were printed as shown; blanks at their ends and blank lines around all do not count."""
    patterns = [
        r"(?:.*\n)*" if line == "…" else re.escape(line.rstrip()).replace("…", ".*") + r"\n" for line in expected
    ]
    lines = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch("".join(patterns), lines) is not None


@pytest.mark.parametrize(
    ("expected", "printed", "does"),
    [
        (["a … c"], "a b c\n", True),
        (["a", "…", "d"], "a\nb\nc\nd\n", True),
        (["a", "…"], "a\n", True),
        (["a"], "a\nb\n", False),
        (["a.c"], "abc\n", False),
        ([], "a\n", False),
    ],
)
def test_what_is_printed_is_held_against_what_is_shown(expected: list[str], printed: str, does: bool) -> None:
    assert matches(expected, printed) is does


@pytest.mark.long
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: str(walk.relative_to(DOCS)))
def test_a_walk_goes_as_it_is_told(walk: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("node_modules", "contract"))
    port, programs = str(free_port()), Path(sys.executable).parent
    variables = environment(
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}", FAIRLEAD_SERVER=f"127.0.0.1:{port}", COLUMNS="100"
    )
    latest = ""
    steps = list(steps_of(walk.read_text(encoding="utf-8").replace(_PORT, port)))
    with services(tmp_path, variables) as start:
        for step in steps:
            if step.file:
                (tmp_path / step.file.splitlines()[0].removeprefix("# ")).write_text(step.file, encoding="utf-8")
                continue
            if step.command.endswith("&"):
                latest = start(step.command.removesuffix("&"))
                continue
            done = subprocess.run(
                ["bash", "-euc", step.command.replace("$!", latest)],
                cwd=tmp_path, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            assert done.returncode == 0, f"$ {step.command}\n{done.stdout}"
            expected = "\n".join(step.expected)
            assert matches(step.expected or ["…"], done.stdout), f"$ {step.command}\n{done.stdout}\nis not\n{expected}"
    assert steps


@contextmanager
def services(folder: Path, variables: dict[str, str]) -> Iterator[Callable[[str], str]]:
    """Start commands that go on, each waited for until it is ready; end them with the walk."""
    running: list[subprocess.Popen[bytes]] = []

    def start(command: str) -> str:
        log = folder / f"service-{len(running)}.log"
        with log.open("wb") as lines:
            process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=variables, stderr=lines)
        running.append(process)
        Thread(target=process.wait, daemon=True).start()  # or what was killed in the walk would be there still
        while "ready:" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        return str(process.pid)

    try:
        yield start
    finally:
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait()
