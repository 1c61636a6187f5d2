"""A model folder is verified to the last byte; whatever is wrong with it is refused with a reason."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.errors import (
    ArtefactIncomplete,
    ArtefactMalformed,
    ArtefactRefused,
    ArtefactUnsafe,
    GoldenMismatch,
    HashMismatch,
)
from scoring.model import artefact
from scoring.model.archive import write_arrays
from scoring.model.artefact import BytesFolder
from scoring.model.tables import Kernel
from scoring.model.verification import SUMS, sums_of
from scoring.registry.adapters.folders import LocalFolder
from tests.golden import TABLES_66829CD
from tests.scoring_models import CUSTOMER, SCHEMA, small_tables, triple_tables, write_model

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder)
    return {file.name: file.read_bytes() for file in (folder / "churn" / "v1").iterdir()}


def signed(files: Files) -> Files:
    """Sign again, as an attacker who can write the folder would."""
    rest = {name: data for name, data in files.items() if name != SUMS}
    return {**rest, SUMS: sums_of(rest)}


def with_json(name: str, change: Callable[[Any], Any]) -> Callable[[Files], Files]:
    def apply(files: Files) -> Files:
        document = json.loads(files[name])
        changed = change(document)
        return signed({**files, name: json.dumps(document if changed is None else changed).encode()})

    return apply


def with_triples(*triples: list[int]) -> Callable[[Files], Files]:
    return with_json("tables.json", lambda layout: layout.update(format=2, triples=triples))


def with_arrays(name: str, change: Callable[[dict[str, Any]], None]) -> Callable[[Files], Files]:
    def apply(files: Files) -> Files:
        arrays = dict(np.load(io.BytesIO(files[name]), allow_pickle=False))
        change(arrays)
        return signed({**files, name: write_arrays(arrays)})

    return apply


def with_member(name: str, data: bytes, *, declared: int | None = None) -> Callable[[Files], Files]:
    """Replace one member of tables.npz by other bytes."""

    def apply(files: Files) -> Files:
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(files["tables.npz"])) as old,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for info in old.infolist():
                new.writestr(info.filename, data if info.filename == name else old.read(info))
            if name not in old.namelist():
                new.writestr(name, data)
        packed = buffer.getvalue()
        if declared is not None:
            packed = packed.replace(len(data).to_bytes(4, "little"), declared.to_bytes(4, "little"))
        return signed({**files, "tables.npz": packed})

    return apply


def with_directory_moved(files: Files) -> Files:
    """Have the directory of tables.npz say that it stands further down than it does."""
    packed = bytearray(files["tables.npz"])
    packed[-6:-2] = (int.from_bytes(packed[-6:-2], "little") + 1_000).to_bytes(4, "little")
    return signed({**files, "tables.npz": bytes(packed)})


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def npy_header(descr: str, shape: str, rest: bytes = b"") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + rest


class Bomb:
    """Would write a file if anybody unpickled it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("unpickled", "w"))


def flipped(name: str) -> Callable[[Files], Files]:
    return lambda files: {**files, name: files[name][:-3] + bytes([files[name][-3] ^ 1]) + files[name][-2:]}


def sums_with(line: str) -> Callable[[Files], Files]:
    return lambda files: {**files, SUMS: files[SUMS] + line.encode()}


ZEROS = "0" * 64
HOSTILE: list[tuple[str, Callable[[Files], Files], type[ArtefactRefused], str]] = [
    ("no sums", lambda f: {k: v for k, v in f.items() if k != SUMS}, ArtefactIncomplete, "SHA256SUMS: is absent"),
    (
        "a file absent",
        lambda f: {k: v for k, v in f.items() if k != "tables.npz"},
        ArtefactIncomplete,
        "tables.npz: is absent",
    ),
    ("an unsigned file", lambda f: {**f, "sneaked.py": b"import os"}, ArtefactIncomplete, "sneaked.py: is not listed"),
    (
        "an unlisted part",
        lambda f: signed({k: v for k, v in f.items() if k != "golden.jsonl"}),
        ArtefactIncomplete,
        "golden.jsonl",
    ),
    ("tables flipped", flipped("tables.npz"), HashMismatch, "tables.npz: is not the file"),
    ("card flipped", flipped("card.en.md"), HashMismatch, "card.en.md"),
    ("tables cut", lambda f: {**f, "tables.npz": f["tables.npz"][:300]}, HashMismatch, "tables.npz"),
    (
        "tables cut and signed",
        lambda f: signed({**f, "tables.npz": f["tables.npz"][:300]}),
        ArtefactIncomplete,
        "no readable",
    ),
    ("no archive at all", lambda f: signed({**f, "reference.npz": b"PK nothing"}), ArtefactIncomplete, "reference.npz"),
    ("sums of noise", lambda f: {**f, SUMS: b"\xff\xfe\x00"}, ArtefactMalformed, "no hash with a name"),
    ("path upwards", sums_with(f"{ZEROS}  ../../etc/passwd\n"), ArtefactUnsafe, "no plain file name"),
    ("absolute path", sums_with(f"{ZEROS}  /etc/passwd\n"), ArtefactUnsafe, "no plain file name"),
    ("windows path", sums_with(f"{ZEROS}  ..\\secret\n"), ArtefactUnsafe, "no plain file name"),
    ("hidden file", sums_with(f"{ZEROS}  .profile\n"), ArtefactUnsafe, "no plain file name"),
    ("listed twice", lambda f: {**f, SUMS: f[SUMS] * 2}, ArtefactUnsafe, "stands twice"),
    ("sums too long", lambda f: {**f, SUMS: f[SUMS] * 1_000}, ArtefactUnsafe, "SHA256SUMS"),
    ("too many files", lambda f: signed({**f, **{f"x{i}": b"" for i in range(101)}}), ArtefactUnsafe, "more than 100"),
    ("manifest no JSON", lambda f: signed({**f, "manifest.json": b"{"}), ArtefactMalformed, "manifest.json"),
    ("manifest deep", lambda f: signed({**f, "manifest.json": b"[" * 90_000}), ArtefactMalformed, "manifest.json"),
    ("version a path", with_json("manifest.json", lambda m: m.update(version="../v1")), ArtefactMalformed, "version"),
    ("unknown key", with_json("manifest.json", lambda m: m.update(run="rm")), ArtefactMalformed, "run"),
    (
        "schema of nothing",
        with_json("manifest.json", lambda m: m["schema"].update(features=[])),
        ArtefactMalformed,
        "features",
    ),
    (
        "schema reordered",
        with_json("manifest.json", lambda m: m["schema"]["features"].reverse()),
        ArtefactMalformed,
        "not those of the schema",
    ),
    (
        "one category fewer",
        with_json(
            "manifest.json",
            lambda m: m["schema"]["features"][1].update(categories=["a", "b"], categories_zh=[], typical="a"),
        ),
        ArtefactMalformed,
        "contract: its categories",
    ),
    (
        "bias NaN",
        lambda f: signed({**f, "tables.json": f["tables.json"].replace(b"-1.25", b"NaN")}),
        ArtefactMalformed,
        "tables",
    ),
    (
        "huge shape",
        with_json("tables.json", lambda t: t["features"][0].update(n_edges=10**12)),
        ArtefactUnsafe,
        "announces",
    ),
    (
        "negative shape",
        with_json("tables.json", lambda t: t["features"][0].update(n_edges=-1)),
        ArtefactMalformed,
        "n_edges",
    ),
    ("huge quantiles", with_json("tables.json", lambda t: t.update(n_quantiles=10**9)), ArtefactUnsafe, "quantiles"),
    ("pair backwards", with_json("tables.json", lambda t: t.update(pairs=[[1, 0]])), ArtefactMalformed, "pairs"),
    ("pair of nobody", with_json("tables.json", lambda t: t.update(pairs=[[0, 99]])), ArtefactMalformed, "pairs"),
    ("pair twice", with_json("tables.json", lambda t: t.update(pairs=[[0, 1], [0, 1]])), ArtefactMalformed, "pairs"),
    (
        "triples in format 1",
        with_json("tables.json", lambda t: t.update(triples=[[0, 1, 2]])),
        ArtefactMalformed,
        "format 1 has no triples",
    ),
    ("triple backwards", with_triples([2, 1, 0]), ArtefactMalformed, "triples must be sorted"),
    ("triple of nobody", with_triples([0, 1, 99]), ArtefactMalformed, "triples must be sorted"),
    ("triple twice", with_triples([0, 1, 2], [0, 1, 2]), ArtefactMalformed, "triples must be sorted"),
    ("triple of a pair", with_triples([0, 1]), ArtefactMalformed, "triples"),
    ("triple absent", with_triples([0, 1, 2]), ArtefactIncomplete, "triple_0_1_2 is absent"),
    ("format of later", with_json("tables.json", lambda t: t.update(format=3)), ArtefactMalformed, "format"),
    ("pair gone", with_json("tables.json", lambda t: t.update(pairs=[[0, 1]])), ArtefactUnsafe, "not announced"),
    (
        "table NaN",
        with_arrays("tables.npz", lambda a: a["main_0"].__setitem__(0, np.nan)),
        ArtefactMalformed,
        "not finite",
    ),
    (
        "table infinite",
        with_arrays("tables.npz", lambda a: a["pair_0_1"].fill(np.inf)),
        ArtefactMalformed,
        "not finite",
    ),
    (
        "edges falling",
        with_arrays("tables.npz", lambda a: a.update(edges_0=a["edges_0"][::-1])),
        ArtefactMalformed,
        "rising",
    ),
    ("table absent", with_arrays("tables.npz", lambda a: a.pop("main_3")), ArtefactIncomplete, "main_3 is absent"),
    (
        "array too many",
        with_arrays("tables.npz", lambda a: a.update(more=a["main_0"])),
        ArtefactUnsafe,
        "not announced",
    ),
    ("table too long", with_arrays("tables.npz", lambda a: a.update(main_0=np.zeros(9_999))), ArtefactUnsafe, "claims"),
    (
        "table other type",
        with_arrays("tables.npz", lambda a: a.update(main_0=np.zeros(5, "<i8"))),
        ArtefactMalformed,
        "<i8",
    ),
    ("counts negative", with_arrays("reference.npz", lambda a: a["counts_0"].fill(-1)), ArtefactMalformed, "negative"),
    (
        "quantiles NaN",
        with_arrays("reference.npz", lambda a: a["log_odds_quantiles"].fill(np.nan)),
        ArtefactMalformed,
        "finite",
    ),
    ("pickled bytes", with_member("main_0.npy", pickle.dumps(Bomb())), ArtefactRefused, "main_0"),
    (
        "object array",
        with_member("main_0.npy", npy(np.array([Bomb()] * 5, object), allow_pickle=True)),
        ArtefactRefused,
        "main_0",
    ),
    (
        "object header",
        with_member("main_0.npy", npy_header("'|O'", "(5,)", b"\x00" * 40)),
        ArtefactUnsafe,
        "Python objects",
    ),
    (
        "lying header",
        with_member("main_0.npy", npy_header("'<f8'", f"({10**15},)", b"\x00" * 40)),
        ArtefactMalformed,
        "main_0",
    ),
    (
        "header of code",
        with_member("main_0.npy", npy_header("__import__('os')", "(5,)", b"\x00" * 40)),
        ArtefactMalformed,
        "header",
    ),
    ("array cut", with_member("main_0.npy", npy_header("'<f8'", "(5,)", b"\x00" * 48)), ArtefactIncomplete, "48 of 40"),
    ("path in archive", with_member("../../evil.npy", npy(np.zeros(1))), ArtefactUnsafe, "not announced"),
    ("directory moved", with_directory_moved, ArtefactIncomplete, "no readable archive"),
    ("bomb of zeros", with_member("main_0.npy", b"\x00" * 40_000_000), ArtefactUnsafe, "claims 40,000,000"),
    ("bomb in disguise", with_member("main_0.npy", b"\x00" * 40_000_000, declared=168), ArtefactRefused, "tables.npz"),
    (
        "steps falling",
        lambda f: signed({**f, "calibration.json": b'{"kind":"steps","edges":[0],"values":[1,0]}'}),
        ArtefactMalformed,
        "fall",
    ),
    (
        "calibration by code",
        lambda f: signed({**f, "calibration.json": b'{"kind":"python"}'}),
        ArtefactMalformed,
        "calibration",
    ),
    ("threshold of 2", with_json("thresholds.json", lambda t: t.update(at_risk=2)), ArtefactMalformed, "at_risk"),
    ("no golden rows", lambda f: signed({**f, "golden.jsonl": b""}), ArtefactIncomplete, "no customer"),
    ("golden no JSON", lambda f: signed({**f, "golden.jsonl": b"?\n"}), ArtefactMalformed, "line 1"),
    (
        "other tables",
        with_arrays("tables.npz", lambda a: a["main_0"].__iadd__(1e-15)),
        GoldenMismatch,
        "line 1: expected",
    ),
    (
        "other calibration",
        lambda f: signed({**f, "calibration.json": b'{"kind":"temperature","t":1.01}'}),
        GoldenMismatch,
        "line 1",
    ),
    (
        "other encoding",
        with_json("manifest.json", lambda m: m["schema"]["features"][2].update(categories=["Yes", "No"])),
        GoldenMismatch,
        "encoded otherwise",
    ),
]


@pytest.mark.parametrize(
    ("change", "error", "message"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE]
)
def test_a_hostile_folder_is_refused_with_a_reason(
    files: Files,
    change: Callable[[Files], Files],
    error: type[ArtefactRefused],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(error) as refusal:
        artefact.read(BytesFolder(change(files)))

    assert message in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    written = write_model(tmp_path)

    loaded = artefact.read(LocalFolder(tmp_path / "churn" / "v1"))

    assert loaded.digest == written.digest
    assert loaded.manifest == written.manifest
    assert loaded.golden[0].features == CUSTOMER
    assert loaded.tables.bias == small_tables().bias
    assert [table.tolist() for table in loaded.tables.pairs.values()] == [
        t.tolist() for t in small_tables().pairs.values()
    ]
    assert loaded.schema == SCHEMA


def test_triples_are_read_to_the_bit_and_raise_the_format(tmp_path: Path) -> None:
    write_model(tmp_path, tables=triple_tables())

    loaded = artefact.read(LocalFolder(tmp_path / "churn" / "v1"))

    assert json.loads((tmp_path / "churn" / "v1" / "tables.json").read_text())["format"] == 2
    assert loaded.tables.triples[0, 1, 3].tobytes() == triple_tables().triples[0, 1, 3].tobytes()
    assert loaded.tables.n_cells == triple_tables().n_cells


def test_a_model_without_triples_is_written_as_older_servers_read_it(files: Files) -> None:
    layout = json.loads(files["tables.json"])

    assert (layout["format"], "triples" in layout) == (1, False)
    assert files["tables.json"] == (TABLES_66829CD / "churn" / "v1" / "tables.json").read_bytes()
    assert files["tables.npz"] == (TABLES_66829CD / "churn" / "v1" / "tables.npz").read_bytes()


def test_a_model_from_before_triples_gives_the_same_bits() -> None:
    tables = artefact.read(LocalFolder(TABLES_66829CD / "churn" / "v1")).tables
    kernel = Kernel(tables)
    answers = [json.loads(line) for line in (TABLES_66829CD / "answers.jsonl").read_text().splitlines()]
    rows = np.array([[float.fromhex(x) for x in answer["row"]] for answer in answers])

    terms = [kernel.terms(kernel.binned(row)) for row in rows.tolist()]

    expected = [[float.fromhex(x) for x in answer["contributions"]] for answer in answers]
    assert [kernel.log_odds(each).hex() for each in terms] == [answer["log_odds"] for answer in answers]
    assert tables.log_odds(rows).tolist() == [float.fromhex(answer["log_odds"]) for answer in answers]
    assert [kernel.contributions(each) for each in terms] == expected == tables.contributions(rows).tolist()


def test_equal_models_are_equal_folders(tmp_path: Path) -> None:
    assert write_model(tmp_path / "a").digest == write_model(tmp_path / "b").digest


def test_sums_are_those_of_the_usual_tool(files: Files) -> None:
    lines = [line.split("  ") for line in files[SUMS].decode().splitlines()]

    assert {name: hashlib.sha256(files[name]).hexdigest() for _, name in lines} == {
        name: digest for digest, name in lines
    }


def test_a_version_is_never_written_twice(tmp_path: Path) -> None:
    write_model(tmp_path)

    with pytest.raises(FileExistsError, match="never changes"):
        write_model(tmp_path)


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_a_local_folder_holds_plain_files_only(kind: str, tmp_path: Path) -> None:
    write_model(tmp_path)
    folder = tmp_path / "churn" / "v1"
    data = (folder / "card.en.md").read_bytes()
    (folder / "card.en.md").unlink()
    if kind == "symlink":
        (tmp_path / "elsewhere").write_bytes(data)
        (folder / "card.en.md").symlink_to(tmp_path / "elsewhere")
    else:
        (folder / "card.en.md").mkdir()

    with pytest.raises(ArtefactUnsafe, match="no plain file"):
        artefact.read(LocalFolder(folder))
