"""Runs an attack in a process of its own, and tells what became of it, even of one that died or hangs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.fuzzing.account import Account, Page

HANG_S = 60.0
"""An input under way for so long hangs, or the machine does."""
POLL_S = 1.0
LOOKING = 0.05
"""Share of the inputs that are guided: it takes twice the time of those by chance, which go on from what it found."""
WORTHWHILE = 1_000
"""With fewer, a guided attack would be over before it has begun: it takes seconds to prepare the code."""
_COVERAGE = re.compile(rb"cov: (\d+) .* corp: (\d+)/")


def run(name: str, folder: Path, *, requests: int, seed: int, guided: bool) -> Account:
    """Attack a target, first guided where that is wanted.

    Parameters
    ----------
    folder
        An empty one, for what is found.
    """
    looking = int(requests * LOOKING)
    looking = looking if guided and looking >= WORTHWHILE else 0
    first = _phase(name, folder, looking, seed, guided=True) if looking else Account(name)
    return _together(first, _phase(name, folder, requests - first.requests, seed, guided=False))


def _together(first: Account, second: Account) -> Account:
    return replace(
        second,
        requests=first.requests + second.requests,
        seconds=first.seconds + second.seconds,
        outcomes=dict((Counter(first.outcomes) + Counter(second.outcomes)).most_common()),
        slowest_s=max(first.slowest_s, second.slowest_s),
        found=first.found,
        violations={**first.violations, **second.violations},
    )


def _phase(name: str, folder: Path, requests: int, seed: int, *, guided: bool) -> Account:
    command = [
        sys.executable,
        "-m",
        "tests.fuzzing.child",
        name,
        str(folder),
        f"--requests={requests}",
        f"--seed={seed}",
    ]
    return outcome(name, [*command, *(["--guided"] if guided else [])], folder)


def outcome(name: str, command: Sequence[str], folder: Path, hang_s: float = HANG_S) -> Account:
    """Run a process to its end, and return what it wrote; where it wrote nothing, how it died, and of which input."""
    page, log, ended = Page(folder / "page"), folder / "log", folder / "account.json"
    page.note(0, b"")
    ended.unlink(missing_ok=True)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, env=environ) as child:
        hung = _watched(child, page, hang_s)
    if ended.exists():
        account = Account(**json.loads(ended.read_text("utf-8")))
    else:
        count, data = page.read()
        how = f"hung for {hang_s:g} s" if hung else f"died with exit code {child.returncode}"
        last = log.read_bytes()[-3_000:].decode("utf-8", "replace")
        account = Account(name, count, violations={how: f"{last}\ninput: {data!r}"})
    coverage = _COVERAGE.findall(log.read_bytes())
    return replace(account, found=" / ".join(part.decode() for part in coverage[-1]) if coverage else "")


def _watched(child: subprocess.Popen[bytes], page: Page, hang_s: float) -> bool:
    """Wait for a process; end it where it hangs, and say so."""
    count, since = -1, time.monotonic()
    while True:
        try:
            child.wait(POLL_S)
            return False
        except subprocess.TimeoutExpired:
            now = page.read()[0]
        if now != count:
            count, since = now, time.monotonic()
        elif now and time.monotonic() - since > hang_s:
            child.kill()
            return True
