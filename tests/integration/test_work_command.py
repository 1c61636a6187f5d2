"""``fairlead work`` beside a service, as an operator starts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from router.adapters.queue import WorkSettings
from router.cli.stores import running_store
from service import main
from store.embedded.orphans import socket_path


def run(*arguments: str, **environ: str) -> Any:
    return CliRunner().invoke(main, ["work", *arguments], env={"FAIRLEAD_REDIS_URL": None, **environ})


def test_it_says_which_folder_would_do_where_no_service_runs(tmp_path: Path) -> None:
    done = run("--data", str(tmp_path))

    assert done.exit_code == 2
    assert f"--data {tmp_path}: no service runs with it" in done.output


def test_it_finds_the_socket_of_a_folder_whose_name_is_too_long_for_one(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    socket = socket_path(folder)
    socket.touch()

    assert running_store(folder, "") == f"unix://{socket}"
    assert folder not in socket.parents
    socket.unlink()


def test_it_names_a_wrong_setting_with_what_is_allowed() -> None:
    done = run(FAIRLEAD_LEASE_S="soon")

    assert done.exit_code == 2
    assert "FAIRLEAD_LEASE_S is 'soon'; allowed are 1 to 3600" in done.output


def test_it_ends_where_the_store_does_not_answer(tmp_path: Path) -> None:
    done = run("--redis-url", f"unix://{tmp_path}/nobody.sock")

    assert done.exit_code == 1
    assert "Redis does not answer" in done.output


@pytest.mark.parametrize("name", ["FAIRLEAD_WORKERS", "FAIRLEAD_LEASE_S", "FAIRLEAD_QUEUE_LIMIT"])
@pytest.mark.parametrize("value", ["", "-1", "1.5", "²", "999999999999"])
def test_settings_outside_their_range_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} is '{value}'; allowed are "):
        WorkSettings.read({name: value})


def test_settings_are_read_from_the_environment() -> None:
    read = WorkSettings.read({"FAIRLEAD_WORKERS": "0", "FAIRLEAD_LEASE_S": "3", "FAIRLEAD_QUEUE_LIMIT": "9"})

    assert read == WorkSettings(workers=0, lease_s=3, queue_jobs=9)
