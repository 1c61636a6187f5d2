"""A model version as a folder of data: written once by training, verified to the last byte before it serves.

::

    <model>/<version>/
      manifest.json                 where it comes from, and its schema
      tables.json    tables.npz     the score: layout, then numbers
      calibration.json              log-odds to probability
      thresholds.json               when to act
      reference.npz                 histograms for percentiles and drift
      golden.jsonl                  customers and the exact answers they must get
      SHA256SUMS                    every file but itself
      report.html report.zh.html report.json card.zh.md …    for people; hashed, never parsed here, save the gates

Nothing in it is code, and nothing in it is believed: hashes first, then sizes and shapes against the layout, then the
numbers themselves, then the golden customers. Only bytes that were hashed are parsed; no file is opened twice.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from scoring.errors import ArtefactIncomplete
from scoring.model.calibration import calibration_from_json
from scoring.model.layout import (
    Layout,
    check_layout,
    layout_of,
    pack_reference,
    pack_tables,
    unpack_reference,
    unpack_tables,
)
from scoring.model.manifest import (
    GoldenRow,
    Manifest,
    Reference,
    Thresholds,
    check_golden,
    golden_from_jsonl,
    golden_to_jsonl,
    read_document,
)
from scoring.model.ports import Folder
from scoring.model.schema import FeatureSchema
from scoring.model.tables import ScoreTables
from scoring.model.verification import PARSED, SUMS, sums_of, verified


@dataclass(frozen=True, eq=False)
class Artefact:
    """A verified model version.

    Parameters
    ----------
    digest
        SHA-256 of its SHA256SUMS in hex: names the content.
    report
        The bytes of ``report.json``, which `scoring.registry.gates` reads; empty if there is none.
    """

    tables: ScoreTables
    manifest: Manifest
    thresholds: Thresholds
    reference: Reference
    golden: tuple[GoldenRow, ...]
    digest: str
    report: bytes = b""

    @property
    def schema(self) -> FeatureSchema:
        """What it reads."""
        return self.manifest.feature_schema


def write(
    folder: Path,
    tables: ScoreTables,
    manifest: Manifest,
    thresholds: Thresholds,
    reference: Reference,
    golden: Sequence[GoldenRow],
    extra_files: Mapping[str, bytes],
) -> Artefact:
    """Write a version's folder whole or not at all, and read it back as a server would.

    Parameters
    ----------
    folder
        Must not exist; its parents may.
    golden
        At least one, see `GoldenRow.of`.
    extra_files
        For people: ``report.html``, ``report.json``, cards, plots; by plain file name.

    Returns
    -------
    Artefact
        As verified by `read`.

    Raises
    ------
    FileExistsError
        If the folder exists: versions never change.
    ArtefactRefused
        If a server would refuse it; then nothing is left behind.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} exists: a version never changes")
    if taken := sorted({*PARSED, SUMS} & extra_files.keys()):
        raise ValueError(f"extra_files: {taken[0]} is written from its own argument")
    files = {**_documents(tables, manifest, thresholds, reference, golden), **extra_files}
    files[SUMS] = sums_of(files)
    artefact = read(BytesFolder(files))
    _write_files(folder, files)
    return artefact


def read(folder: Folder) -> Artefact:
    """Verify a version's folder and return it.

    Raises
    ------
    ArtefactRefused
        Naming the file and what is wrong with it.
    RegistryUnavailable
        If the folder does not answer.
    """
    files, digest = verified(folder)
    manifest = read_document(Manifest, "manifest.json", files["manifest.json"])
    layout = read_document(Layout, "tables.json", files["tables.json"])
    check_layout(layout, manifest.feature_schema)
    tables = unpack_tables(layout, files["tables.npz"], calibration_from_json(files["calibration.json"]))
    reference = unpack_reference(layout, files["reference.npz"])
    golden = golden_from_jsonl(files["golden.jsonl"])
    if not golden:
        raise ArtefactIncomplete("golden.jsonl", "holds no customer")
    check_golden(golden, tables, manifest.feature_schema)
    thresholds = read_document(Thresholds, "thresholds.json", files["thresholds.json"])
    return Artefact(tables, manifest, thresholds, reference, golden, digest, files.get("report.json", b""))


class BytesFolder:
    """A folder in memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def sizes(self) -> Mapping[str, int]:
        """Return every file's size."""
        return {name: len(data) for name, data in self._files.items()}

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return self._files[name]


def _documents(
    tables: ScoreTables, manifest: Manifest, thresholds: Thresholds, reference: Reference, golden: Sequence[GoldenRow]
) -> dict[str, bytes]:
    layout = layout_of(tables, manifest.feature_schema, reference)
    return {
        "manifest.json": manifest.to_json().encode(),
        "tables.json": layout.to_json().encode(),
        "tables.npz": pack_tables(tables),
        "calibration.json": tables.calibration.model_dump_json(indent=2).encode(),
        "thresholds.json": thresholds.model_dump_json(indent=2).encode(),
        "reference.npz": pack_reference(reference),
        "golden.jsonl": golden_to_jsonl(golden).encode(),
    }


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.{uuid4().hex}")
    unfinished.mkdir()
    try:
        for name, data in files.items():
            with (unfinished / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
