"""``fairlead route``: to which service leads go."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from router.cli.route import route


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ((), 1, "'http://127.0.0.1:9' is no address of a service"),
        (("--rules",), 2, "FAIRLEAD_SERVER is not looked at, see --server"),
        (("--rules",), 2, "Missing option '--reps': only with --server has a service its own"),
        (("--rules", "--reps"), 2, "in a service of its own, gone afterwards"),
    ],
)
def test_the_environment_names_the_service_only_where_no_files_say_what_one_of_its_own_has(
    tmp_path: Path, options: tuple[str, ...], status: int, said: str
) -> None:
    given = [each for option in options for each in (option, str(tmp_path / "none"))]

    ended = CliRunner().invoke(
        route, ["--leads", str(tmp_path / "none"), *given], env={"FAIRLEAD_SERVER": "http://127.0.0.1:9"}
    )

    assert (ended.exit_code, said in ended.output) == (status, True), ended.output
