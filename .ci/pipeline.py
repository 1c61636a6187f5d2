"""What continuous integration runs, one after the other: ``make check``, ``make test``, ``make test-all``.

It ends at the first that fails, and also if ``make test`` took more processor time than a newcomer's machine has to
spare, on a slow one as much more as it is slower, or if a test was skipped for a reason that is not in ``skips.txt``.
Needs nothing but Python.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
MOST_PROCESSOR_S = 8 * 60
"""Of ``make test``, its children included, where a lap takes ``LAP_S``; what outlives its parent is not counted."""
LAP_S = 0.05
"""What a lap takes on a busy machine of usual speed; see ``lap``."""
_LAPS_APART_S = 10.0
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


def lap() -> float:
    """Return the seconds of processor time that adding up a million numbers takes here and now."""
    begun = time.thread_time()
    sum(number for number in range(1_000_000))
    return time.thread_time() - begun


@contextmanager
def laps() -> Iterator[list[float]]:
    """Yield laps taken again and again meanwhile: on a shared machine the same work takes now one time, now three."""
    taken, over = [lap()], threading.Event()

    def take() -> None:
        while not over.wait(_LAPS_APART_S):
            taken.append(lap())

    watch = threading.Thread(target=take, daemon=True)
    watch.start()
    try:
        yield taken
    finally:
        over.set()
        watch.join()


def allowed_s(taken: Sequence[float]) -> float:
    """Return how much processor time ``make test`` may take, by the laps taken meanwhile: never less than usual.

    Examples
    --------
    >>> allowed_s([0.03, 0.03, 0.2]), allowed_s([0.1, 0.1, 0.04])
    (480.0, 960.0)
    """
    return MOST_PROCESSOR_S * max(1.0, median(taken) / LAP_S)


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
    with laps() as taken:
        printed, processor_s = run("test")
    most_s = allowed_s(taken)
    print(f"make test: {processor_s:.0f} s of processor time, at most {most_s:.0f}; {printed.splitlines()[-1]}")
    check_skips(printed)
    if processor_s > most_s:
        sys.exit("make test takes too long: mark what is not essential with pytest.mark.long, or make it cheaper")
    printed, _ = run("test-all")
    check_skips(printed)
    print(printed.splitlines()[-1])


if __name__ == "__main__":
    main()
