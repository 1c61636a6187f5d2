"""That random edits are edits, and that the tests of a module are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.concerned import concerned_by, importers_of
from tests.mutants.edits import drawn, possible

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "source", "edited"),
    [
        ("m.py", "a * b", {"a + b"}),
        ("m.py", "f(*a, **b) -> c", set()),
        ("m.py", "if a <= 1:", {"if a < 1:", "if a > 1:", "if a <= 2:"}),
        ("m.py", "if not a and True:", {"if  a and True:", "if not a or True:", "if not a and False:"}),
        ("m.py", "return -a  # not b", set()),
        ("m.py", 'a = """1 < 2\n"""', set()),
        ("m.lua", "if a ~= b then -- not c", {"if a == b then -- not c"}),
        ("m.lua", "a .. 'b < c'", set()),
    ],
)
def test_an_edit_changes_one_operator_or_constant(name: str, source: str, edited: set[str]) -> None:
    assert {edit.made(source) for edit in possible(Path(name), source)} == edited


def test_a_seed_draws_the_same_edits_again() -> None:
    paths = [Path("router/assignment/ledger.py"), Path("resource_names.py")]

    first, second = (drawn(paths, ROOT, 10, 7) for _ in range(2))

    assert first == second
    assert len(set(first)) == 10
    assert {edit.path for edit in first} == set(paths)


def test_the_concerned_by_a_module_are_those_that_import_it_the_nearest_first(tmp_path: Path) -> None:
    files = {
        "far/low.py": "",
        "far/high.py": "from far.low import x",
        "far/scripts/low.lua": "",
        "tests/unit/test_far.py": "import far.high",
        "tests/contract/test_near.py": "from far import low",
        "tests/integration/test_all.py": "from far import low",
        "tests/unit/test_other.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    importers = importers_of(tmp_path, [Path(name) for name in files if name.endswith(".py")])

    low, high = "far/low.py", "far/high.py"
    assert concerned_by(Path(low), importers) == [low, "tests/contract/test_near.py", "tests/unit/test_far.py"]
    assert concerned_by(Path(high), importers) == [high, "tests/unit/test_far.py"]
    assert len(concerned_by(Path("far/scripts/low.lua"), importers)) == 2
