"""The contract as other languages get it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from fairlead.contract import contract


def test_the_contract_compiles_without_anything_else(tmp_path: Path) -> None:
    folder, generated = tmp_path / "contract", tmp_path / "generated"
    generated.mkdir()

    written = CliRunner().invoke(contract, [str(folder)])

    files = [str(file) for file in folder.rglob("*.proto")]
    assert written.output == f"{len(files)} files in {folder}\n"
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}", f"--python_out={generated}", *files]
    assert subprocess.run(protoc, capture_output=True).stderr == b""
    assert (generated / "fairlead/v1/routing_pb2.py").exists()
    assert (generated / "google/rpc/error_details_pb2.py").exists(), "errors carry details that nothing imports"


def test_no_import_is_left_out(tmp_path: Path) -> None:
    CliRunner().invoke(contract, [str(tmp_path)])

    files = {str(file.relative_to(tmp_path)): file.read_text() for file in tmp_path.rglob("*.proto")}
    imported = {name for text in files.values() for name in re.findall(r'^import .*"(.*)";', text, re.MULTILINE)}
    assert {name for name in imported - set(files) if not name.startswith("google/protobuf/")} == set()
