"""Clients that nobody here wrote: those of Connect and gRPC-Web in Node, ``buf curl``, Chromium, what the docs show."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.integration.clients.arranging import environment, fairlead
from tests.integration.gateway.http.test_leaving import http_of
from tests.served import Served

ROOT = Path(__file__).parents[4]
PACKAGES = {
    "@bufbuild/protobuf": "2.12.0",
    "@connectrpc/connect": "2.2.0",
    "@connectrpc/connect-node": "2.2.0",
    "playwright-core": "1.57.0",
}
pytestmark = pytest.mark.long


@pytest.fixture
def webbed(data_folder: Path) -> Iterator[Served]:
    """Yield a service with a door for HTTP, in which there is one rep."""
    process = Served(data_folder, {"FAIRLEAD_HTTP": "127.0.0.1:0"})
    body = json.dumps({"repId": "ann", "rep": {"displayName": "安"}}).encode()
    request = Request(f"http://{http_of(process)}/v1/tenants/default/reps", body, {"Content-Type": "application/json"})
    urlopen(request).close()
    yield process
    process.close()


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the contract's descriptors, made of what the command writes."""
    folder = tmp_path_factory.mktemp("contract")
    fairlead("contract", str(folder))
    files = sorted(str(path.relative_to(folder)) for path in (folder / "fairlead" / "v1").glob("*.proto"))
    details = [str(path.relative_to(folder)) for path in folder.glob("google/rpc/error_details.proto")]
    out = folder / "contract.binpb"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}", "--include_imports", "-o", str(out)]
    subprocess.run([*command, *files, *details], cwd=folder, check=True)
    return out


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the clients of Connect and what drives Chromium, from npm's registry."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("no Node on the PATH")
    folder = tmp_path_factory.mktemp("connect")
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}), "utf-8")
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if any(sign in done.stderr for sign in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED")):
        pytest.skip("npm reaches no registry")
    assert done.returncode == 0, done.stderr
    for script in ("connect_clients.mjs", "docs_page.mjs"):
        shutil.copy(Path(__file__).parent / script, folder)
    return folder


def test_the_official_clients_get_over_each_transport_what_there_is(webbed: Served, node: Path, contract: Path) -> None:
    command = ["node", "connect_clients.mjs", http_of(webbed), str(contract)]
    done = subprocess.run(command, cwd=node, env=environment(), capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each.pop("transport") for each in got] == ["connect json", "connect protobuf", "connect get", "grpc-web"]
    error = ["NotFound", "there is no rep 'tenants/default/reps/nobody'", "NOT_FOUND"]
    assert got == [{"reps": ["安"], "error": error, "token": True, "ended": "DeadlineExceeded"}] * 4


def test_a_call_tried_on_the_page_of_the_docs_is_answered_and_nothing_is_had_from_elsewhere(
    webbed: Served, node: Path
) -> None:
    if not (chromium := shutil.which("chromium")):
        pytest.skip("no Chromium on the PATH")
    address = f"http://{http_of(webbed)}"
    command = ["node", "docs_page.mjs", address]
    seen = subprocess.run(command, cwd=node, env=environment() | {"CHROMIUM": chromium}, capture_output=True, text=True)

    assert seen.returncode == 0, seen.stderr
    told = json.loads(seen.stdout)
    assert (told["faults"], told["asked"]) == ([], [address])
    assert told["answer"].startswith("200")
    assert '"displayName": "安"' in told["answer"]


@pytest.mark.parametrize("protocol", ["connect", "grpcweb"])
def test_buf_curl_gets_what_there_is(webbed: Served, contract: Path, protocol: str) -> None:
    buf = str(Path(sys.executable).parent / "buf")
    url = f"http://{http_of(webbed)}/fairlead.v1.WorkforceService/GetRep"
    command = [buf, "curl", "--schema", str(contract), "--protocol", protocol, "--data", "@-", url]

    got = subprocess.run(command, input='{"name": "tenants/default/reps/ann"}', capture_output=True, text=True)
    none = subprocess.run(command, input='{"name": "tenants/default/reps/nobody"}', capture_output=True, text=True)

    assert json.loads(got.stdout)["displayName"] == "安", got.stderr
    assert json.loads(none.stderr)["code"] == "not_found"


def test_the_watch_that_the_docs_show_brings_each_change_once(webbed: Served, tmp_path: Path) -> None:
    if not shutil.which("node"):
        pytest.skip("no Node on the PATH")
    (shown,) = re.findall(r"```js\n(.*?)```", (ROOT / "docs" / "http.md").read_text("utf-8"), re.DOTALL)
    call = 'await watch(process.argv[2], "default", "none", (said) => console.log(said.change?.workItem ?? "begun"));'
    (tmp_path / "watch.mjs").write_text(f"{shown}\n{call}\n", "utf-8")
    command = ["node", "watch.mjs", f"http://{http_of(webbed)}"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        try:
            assert watching.stdout.readline() == "begun\n"
            names = ("leads.csv", "reps.csv", "rules.yaml", "territories.csv")
            options = [part for name in names for part in (f"--{Path(name).stem}", str(ROOT / "examples" / name))]
            fairlead("route", *options, "--server", webbed.ready(), "--out", str(tmp_path / "decisions.csv"))
            seen = [watching.stdout.readline().strip() for _ in range(300)]
        finally:
            watching.kill()

    assert len(set(seen)) == 300
