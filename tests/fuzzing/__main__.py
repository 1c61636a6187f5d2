"""``python -m tests.fuzzing``: attack all targets, one after the other on one core, and print what came of it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from tests.fuzzing.account import Account
from tests.fuzzing.runs import run
from tests.fuzzing.targets import CALLS, SHARES

LEAST = 200
"""Inputs that each target gets, however small its share."""


@click.command()
@click.option("--requests", default=1_000_000, help="Calls in all; parsers get a share on top.")
@click.option("--only", default="", help="Targets whose name has this in it.")
@click.option("--seed", type=int, help="Repeats a run; without one it is drawn, and printed.")
@click.option("--by-chance", is_flag=True, help="Without atheris, which guides by the code that inputs reach.")
def main(requests: int, only: str, seed: int | None, by_chance: bool) -> None:
    """Attack every way in, in process: whole calls as bytes and as messages, and every parser."""
    console = Console(width=200)
    seed = SystemRandom().randrange(2**31) if seed is None else seed
    guided = not by_chance and importlib.util.find_spec("atheris") is not None
    console.print(f"seed {seed}, {'guided by atheris, then' if guided else 'all'} by chance")
    accounts = []
    for name, share in SHARES.items():
        if only in name:
            with TemporaryDirectory() as folder:
                account = run(name, Path(folder), requests=max(int(requests * share), LEAST), seed=seed, guided=guided)
            accounts.append(account)
            console.print(f"{name}: {account.requests:,} in {account.seconds:,.0f} s, {len(account.violations)} wrong")
    console.print(_table(accounts))
    calls = sum(account.requests for account in accounts if account.target in CALLS)
    console.print(f"{calls:,} calls and {sum(a.requests for a in accounts) - calls:,} inputs of parsers")
    for account in accounts:
        for kind, text in account.violations.items():
            console.print(f"\n{account.target}: {kind}", style="red", markup=False)
            console.print(text, markup=False, highlight=False)
    raise SystemExit(any(account.violations for account in accounts))


def _table(accounts: list[Account]) -> Table:
    table = Table(box=None)
    table.add_column("target")
    for name in ("inputs", "a second", "slowest, ms", "code / corpus", "RSS MiB", "objects", "violations"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("ended as")
    for account in accounts:
        rate = account.requests / account.seconds if account.seconds else 0.0
        table.add_row(
            account.target,
            f"{account.requests:,}",
            f"{rate:,.0f}",
            f"{account.slowest_s * 1e3:,.0f}",
            account.found,
            "{:.0f} → {:.0f}".format(*account.rss_mib),
            "{:,} → {:,}".format(*account.objects),
            str(len(account.violations)),
            ", ".join(f"{name} {count:,}" for name, count in account.outcomes.items()),
        )
    return table


if __name__ == "__main__":
    main()
