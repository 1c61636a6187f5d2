"""The example for Node, as somebody who copies it runs it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from tests.integration.clients.arranging import Restartable, environment, fairlead, serving

EXAMPLES = Path(__file__).parents[3] / "examples"
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with what it needs: the contract, and its packages from npm's registry."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("no Node on the PATH")
    folder = tmp_path_factory.mktemp("node") / "example"
    shutil.copytree(EXAMPLES / "node", folder, ignore=shutil.ignore_patterns("node_modules", "contract"))
    fairlead("contract", str(folder / "contract"))
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if "ENOTFOUND" in done.stderr or "EAI_AGAIN" in done.stderr or "ECONNREFUSED" in done.stderr:
        pytest.skip("npm reaches no registry")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder) as service:
        files = {name: str(EXAMPLES / name) for name in ("leads.csv", "reps.csv", "rules.yaml", "territories.csv")}
        options = [part for name, file in files.items() for part in (f"--{Path(name).stem}", file)]
        fairlead("route", *options, "--server", service.address, "--out", str(folder / "decisions.csv"))
        yield service


def node(example: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", *arguments], cwd=example, env=environment(), capture_output=True, text=True)


def test_a_lead_from_node_keeps_all_its_attributes(example: Path, service: Restartable) -> None:
    done = node(example, "client.js", service.address)

    assert done.returncode == 0, done.stderr
    assert "tenants/default/workItems/website~form-4712 goes to tenants/default/reps/" in done.stdout
    with service.client() as client:
        lead = MessageToDict(client.get_work_item("website~form-4712").attributes)
    assert lead == {"region": "上海", "industry": "汽车", "language": "zh", "potential": 70, "skills_needed": ["ERP"]}


def test_a_service_that_does_not_answer_is_an_error_in_words(example: Path) -> None:
    done = node(example, "client.js", "127.0.0.1:1")

    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr


def test_a_watch_that_pings_every_ten_seconds_lives_on(example: Path, service: Restartable) -> None:
    watch = subprocess.Popen(
        ["node", "watch.js", service.address], cwd=example, env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert watch.stdout is not None
    try:
        assert watch.stdout.readline().startswith("watching")
        with pytest.raises(subprocess.TimeoutExpired):
            watch.wait(45)  # gRPC's own limit ends it with the fourth ping
        with service.client() as client:
            routed = client.route({"region": "上海", "industry": "汽车"})
        assert watch.stdout.readline().startswith(routed.work_item)
    finally:
        watch.kill()
        watch.wait()
        watch.stdout.close()
