"""Attacks a target guided by the code that inputs reach, with atheris (libFuzzer): what reaches new code is kept and
changed further. It is imported where it is used, for it may be missing.

References
----------
https://github.com/google/atheris, https://llvm.org/docs/LibFuzzer.html
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

from tests.fuzzing.account import Account, Accountant, Page, Target
from tests.fuzzing.plain import MOST_BYTES

OURS = [
    "background",
    "gateway",
    "notifications",
    "operations",
    "router",
    "rules",
    "scoring",
    "telemetry",
    "training",
    "workqueue",
]
"""Packages whose code guides."""


def instrumented() -> AbstractContextManager[object]:
    """Have what is imported meanwhile tell where inputs get."""
    import atheris

    hooked: AbstractContextManager[object] = atheris.instrument_imports(include=OURS)
    return hooked


def attack(
    target: Target, seed: int, *, requests: int, corpus: Path, page: Page, end: Callable[[Account], None]
) -> None:
    """Attack with so many inputs; never returns.

    Parameters
    ----------
    corpus
        An empty folder for the seeds, and for what is found.
    end
        Called with the account; must end the process, which libFuzzer would do without a word.
    """
    import atheris

    accountant = Accountant(target, requests, page)
    for place, data in enumerate(target.seeds):
        (corpus / f"seed-{place}").write_bytes(data)

    def feed(data: bytes) -> None:
        if accountant.feed(data):
            end(accountant.end())

    def change(data: bytes, longest: int, chance: int) -> bytes:
        if target.is_text and chance % 2:
            spoilt: bytes = atheris.Mutate(data, longest)
            return spoilt
        return target.changed(Random(chance), data)[:longest]

    options = [f"-seed={seed}", f"-max_len={MOST_BYTES}", "-len_control=0", "-rss_limit_mb=0", "-timeout=3600"]
    atheris.Setup(["fuzz", *options, str(corpus)], feed, custom_mutator=change)
    atheris.Fuzz()
