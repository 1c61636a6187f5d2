"""The process in which one target is attacked; ``tests.fuzzing.runs`` starts and watches it, and reads its account."""

from __future__ import annotations

import gc
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzzing.account import Account, Page


def main() -> None:
    """Attack as the arguments say."""
    parser = ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--guided", action="store_true")
    chosen = parser.parse_args()
    with TemporaryDirectory() as scratch:
        _guided(chosen, Path(scratch)) if chosen.guided else _plain(chosen, Path(scratch))


def _plain(chosen: Namespace, scratch: Path) -> None:
    from tests.fuzzing import plain
    from tests.fuzzing.targets import target

    parser = target(chosen.name, scratch)
    corpus = [file.read_bytes() for file in sorted((chosen.folder / "corpus").glob("*"))]
    gc.freeze()
    page = Page(chosen.folder / "page")
    _end(chosen, plain.attack(parser, chosen.seed, requests=chosen.requests, found=corpus, page=page))


def _guided(chosen: Namespace, scratch: Path) -> None:
    from tests.fuzzing import guided

    with guided.instrumented():  # before anything of ours is imported
        from tests.fuzzing.targets import target

    parser = target(chosen.name, scratch)
    corpus = chosen.folder / "corpus"
    corpus.mkdir(exist_ok=True)
    gc.freeze()

    def end(account: Account) -> None:
        _end(chosen, account)
        sys.stderr.flush()
        os._exit(0)  # libFuzzer counts on being asked for ever

    page = Page(chosen.folder / "page")
    guided.attack(parser, chosen.seed, requests=chosen.requests, corpus=corpus, page=page, end=end)


def _end(chosen: Namespace, account: Account) -> None:
    (chosen.folder / "account.json").write_text(json.dumps(account.to_json(), ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
