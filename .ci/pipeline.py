"""What continuous integration runs, one after the other: ``make check``, ``make test``, ``make test-all``.

It ends at the first that fails, and also if ``make test`` took more processor time than a newcomer's machine has to
spare, or if a test was skipped for a reason that is not in ``skips.txt``. Needs nothing but Python.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

HERE = Path(__file__).parent
MOST_PROCESSOR_S = 8 * 60
"""Of ``make test``, its children included; what outlives its parent is not counted."""
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


def run(target: str) -> tuple[str, float]:
    """Make a target; return what it printed and the seconds of processor time that it took, or end as it ended."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["make", target, "PYTEST_OPTIONS=-rs"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(done.stdout, flush=True)
        sys.exit(done.returncode)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def check_skips(printed: str) -> None:
    """Print the skipped tests by reason; end if one is not in the list."""
    reasons = skips(printed)
    for reason, number in reasons.most_common():
        print(f"{number} skipped: {reason}")
    if strange := unlisted(list(reasons), (HERE / "skips.txt").read_text("utf-8")):
        sys.exit(f"not in .ci/skips.txt: {'; '.join(strange)}")


def main() -> None:
    """Run everything."""
    run("check")
    print("make check: passed", flush=True)
    printed, processor_s = run("test")
    print(f"make test: {processor_s:.0f} s of processor time, at most {MOST_PROCESSOR_S}; {printed.splitlines()[-1]}")
    check_skips(printed)
    if processor_s > MOST_PROCESSOR_S:
        sys.exit("make test takes too long: mark what is not essential with pytest.mark.long, or make it cheaper")
    printed, _ = run("test-all")
    check_skips(printed)
    print(printed.splitlines()[-1])


if __name__ == "__main__":
    main()
