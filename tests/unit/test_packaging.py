"""What is shipped: the contract's code as generated, the wheel's top-level names, and who may import whom."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_generated_code_is_that_of_the_contract(tmp_path: Path) -> None:
    contract = sorted(path.relative_to(ROOT) for path in (ROOT / "proto/fairlead/v1").glob("*.proto"))
    library = sysconfig.get_path("purelib")
    operations = "google/longrunning/operations"  # shipped under another name than its own descriptor says
    includes = ["-Iproto", f"-I{operations}.proto={library}/{operations}_proto.proto", f"-I{library}"]
    outputs = [f"--{kind}_out={tmp_path}" for kind in ("python", "pyi", "grpc_python")]

    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *includes, *outputs, *contract], cwd=ROOT, check=True)

    fresh = {path.name: path.read_text("utf-8") for path in (tmp_path / "fairlead/v1").iterdir()}
    checked_in = {path.name: path.read_text("utf-8") for path in (ROOT / "proto/fairlead/v1").glob("*_pb2*")}
    assert fresh == checked_in


@pytest.mark.filterwarnings("ignore")  # of the build backend, not ours
def test_the_wheel_holds_exactly_the_packages_of_the_project(tmp_path: Path) -> None:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed here")
    (wheel,) = builder.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])

    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
        scripts = [name for name in archive.namelist() if name.endswith(".lua")]

    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    expected = {Path(path).name for path in included}
    assert {name for name in names if not name.endswith(".dist-info")} == expected
    assert {"fairlead", "router", "workqueue", "service.py"} <= expected
    assert len(scripts) == sum(
        len(list((ROOT / package).rglob("*.lua"))) for package in ("notifications", "router", "store", "workqueue")
    )


@pytest.mark.long  # `make check` looks itself
def test_imports_go_in_the_declared_directions() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
