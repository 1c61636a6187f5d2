"""What continuous integration runs, one after the other: ``make check``, ``make test``, ``make test-all``.

It ends at the first that fails, and also if ``make test`` took more processor time than so many *laps* take on the same
machine in the same run, or if a test was skipped for a reason that is not in ``skips.txt``. Needs nothing but Python.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
MOST_LAPS = 600
"""Of ``make test``, its children included; what outlives its parent is not counted. No limit in seconds: the same tests
take one machine two and a half times as long as another.
"""
_LAP = """
import pathlib, sysconfig
for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py")):
    compile(path.read_bytes(), str(path), "exec")
"""
_SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] \S+: (.*)$", re.MULTILINE)


def skips(printed: str) -> Counter[str]:
    r"""Count the skipped tests by reason, from what pytest prints with ``-rs``.

    Examples
    --------
    >>> skips("SKIPPED [2] tests/a.py:1: no server\nSKIPPED [1] tests/b.py:7: no server\n")
    Counter({'no server': 3})
    """
    counts: Counter[str] = Counter()
    for number, reason in _SKIPPED.findall(printed):
        counts[reason] += int(number)
    return counts


def unlisted(reasons: Sequence[str], listed: str) -> list[str]:
    r"""Return the reasons that no line of the list allows.

    Examples
    --------
    >>> unlisted(["no server on the PATH", "flaky"], "# allowed\nno * on the PATH\n")
    ['flaky']
    """
    patterns = [line for line in listed.splitlines() if line and not line.startswith("#")]
    return [reason for reason in reasons if not any(fnmatch(reason, pattern) for pattern in patterns)]


def of_children_s() -> float:
    """Return the processor time of all that was run and has ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def lap_s() -> float:
    """Return the processor time of a lap: compiling the standard library, on all cores at once as tests run."""
    before, cores = of_children_s(), os.cpu_count() or 1
    laps = [subprocess.Popen([sys.executable, "-c", _LAP]) for _ in range(cores)]
    codes = [lap.wait() for lap in laps]
    if any(codes):
        sys.exit("this Python cannot compile its own standard library")
    return (of_children_s() - before) / cores


def run(target: str) -> tuple[str, float]:
    """Make a target; return what it printed and the seconds of processor time that it took, or end as it ended."""
    before = of_children_s()
    command = ["make", target, "PYTEST_OPTIONS=-rs"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        print(done.stdout, flush=True)
        sys.exit(done.returncode)
    return done.stdout, of_children_s() - before


def check_skips(printed: str) -> None:
    """Print the skipped tests by reason; end if one is not in the list."""
    reasons = skips(printed)
    for reason, number in reasons.most_common():
        print(f"{number} skipped: {reason}")
    if strange := unlisted(list(reasons), (HERE / "skips.txt").read_text("utf-8")):
        sys.exit(f"not in .ci/skips.txt: {'; '.join(strange)}")


def run_tests() -> None:
    """Make ``test``; end if it took too many laps, of which some are run before it and some behind it."""
    laps = [lap_s() for _ in range(3)]
    printed, processor_s = run("test")
    laps += [lap_s() for _ in range(3)]
    number = processor_s / median(laps)
    took = f"{processor_s:.0f} s of processor time, {number:.0f} laps, at most {MOST_LAPS}"
    print(f"make test: {took}; {printed.splitlines()[-1]}", flush=True)
    check_skips(printed)
    if number > MOST_LAPS:
        sys.exit("make test takes too long: mark what is not essential with pytest.mark.long, or make it cheaper")


def main() -> None:
    """Run everything."""
    run("check")
    print("make check: passed", flush=True)
    run_tests()
    printed, _ = run("test-all")
    check_skips(printed)
    print(printed.splitlines()[-1])


if __name__ == "__main__":
    main()
