"""Make small random edits, one at a time, in a copy of the project, and see whether a test notices."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import click

from tests.mutants.concerned import concerned_by, importers_of
from tests.mutants.edits import Edit, drawn

ROOT = Path(__file__).parents[2]
TEST_S = 300
"""What a single test may take: an edit that lets a loop run on is noticed by that."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--since", default="fb041ba", show_default=True, help="Edit what changed since this commit.")
@click.option("--edits", "number", type=click.IntRange(1), default=40, show_default=True)
@click.option("--seed", type=int, default=None, help="Repeats a run.  [default: another each time]")
@click.argument("modules", nargs=-1, type=click.Path(path_type=Path))
def main(since: str, number: int, seed: int | None, modules: tuple[Path, ...]) -> None:
    """Edit MODULES, or all that changed since a commit, and run the unit and contract tests that import them.

    Each edit that no test notices is printed as a diff: it wants a test, or a reason why none is possible. Nothing is
    changed here: edits are made in a copy. Exit codes: 0 all were noticed; 1 some were not; 2 there is nothing to edit,
    or the tests fail without any edit.
    """
    seed = random.randrange(2**32) if seed is None else seed
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "fairlead")
        files = _copied(copy)
        edits = drawn(list(modules) or changed(since), copy, number, seed)
        importers = importers_of(copy, [file for file in files if file.suffix == ".py"])
        concerned = {edit.path: concerned_by(edit.path, importers) for edit in edits}
        if not edits:
            raise click.UsageError("nothing to edit")
        if failing := _failure(copy, sorted({test for tests in concerned.values() for test in tests}), "-nauto"):
            raise click.UsageError(f"the tests fail without any edit:\n{failing}")
        survivors = [edit for edit in edits if not _noticed(copy, edit, concerned[edit.path])]
    click.echo(f"seed {seed}: {len(edits)} edits, {len(survivors)} that no test noticed")
    sys.exit(bool(survivors))


def changed(since: str) -> list[Path]:
    """Return the modules and scripts of the product that changed since a commit, generated ones left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    names = _git("diff", "--name-only", "--diff-filter=d", since, "--", *shipped).splitlines()
    return [Path(name) for name in names if name.endswith((".py", ".lua")) and "_pb2" not in name]


def _git(*arguments: str, cwd: Path = ROOT) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, stdout=subprocess.PIPE, text=True, check=True).stdout


def _copied(copy: Path) -> list[Path]:
    """Copy what git knows or would add, as it is now, into a clone: there are tests that ask git."""
    _git("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(copy))
    names = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    files = [Path(name) for name in names if name and (ROOT / name).is_file()]
    for file in files:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, copy / file)
    _git("add", "--all", cwd=copy)
    return files


def _noticed(copy: Path, edit: Edit, tests: list[str]) -> bool:
    source = (copy / edit.path).read_text("utf-8")
    (copy / edit.path).write_text(edit.made(source), "utf-8")
    noticed = bool(tests) and bool(_failure(copy, tests))
    (copy / edit.path).write_text(source, "utf-8")
    place = f"{edit.path}:{source.count(chr(10), 0, edit.begin) + 1}"
    click.echo(
        f"noticed  {place}" if noticed else f"SURVIVED {place}, {len(tests)} files of tests\n{edit.shown(source)}"
    )
    return noticed


def _failure(copy: Path, tests: list[str], workers: str = "-n0") -> str:
    """Run tests in the copy, whose modules come before those that are installed; return how they fail, if they do."""
    short = {"FAIRLEAD_FUZZ_SECONDS": "1", "FAIRLEAD_EXAMPLES": "12"}  # as `make test` has it
    chosen = {"PYTHONPATH": f"{copy}:{copy / 'proto'}", "PYTHONDONTWRITEBYTECODE": "1", **short}
    of_tests = (  # a module of the product, given for its examples, may have a TestResult or test_command
        *("-o", "python_classes=TestOn*"),
        *("-o", "python_functions=test_*_*"),
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        workers,
        f"--timeout={TEST_S}",
        "-m",
        "not long",
        *of_tests,
        *tests,
    ]
    done = subprocess.run(command, cwd=copy, env={**os.environ, **chosen}, capture_output=True, text=True, check=False)
    return done.stdout[-4_000:] + done.stderr[-1_000:] if done.returncode else ""


if __name__ == "__main__":
    main()
