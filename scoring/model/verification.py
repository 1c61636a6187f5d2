"""Every byte of an artefact's folder against its SHA256SUMS, before anything in it is parsed.

Only bytes that were hashed are handed on: no file is opened twice, so none can change in between.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from scoring.errors import ArtefactIncomplete, ArtefactMalformed, ArtefactUnsafe, HashMismatch
from scoring.model.ports import Folder

SUMS = "SHA256SUMS"
PARSED = (
    "manifest.json",
    "tables.json",
    "tables.npz",
    "calibration.json",
    "thresholds.json",
    "reference.npz",
    "golden.jsonl",
)
MAX_PARSED_BYTES = 64 << 20
MAX_FILE_BYTES = 512 << 20
MAX_FILES = 100
_MAX_SUMS_BYTES = MAX_FILES * 400
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_SUM_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")


def sums_of(files: Mapping[str, bytes]) -> bytes:
    """Write SHA256SUMS in the form of ``sha256sum``, sorted by name."""
    return "".join(f"{sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def sha256(data: bytes) -> str:
    """Return the hash in hex."""
    return hashlib.sha256(data).hexdigest()


def verified(folder: Folder) -> tuple[dict[str, bytes], str]:
    """Return the files that are parsed, and the hash of SHA256SUMS, after every file has been checked.

    Raises
    ------
    ArtefactRefused
        Naming the file and what is wrong with it.
    """
    sizes = dict(folder.sizes())
    sums_size = sizes.pop(SUMS, None)
    if sums_size is None:
        raise ArtefactIncomplete(SUMS, "is absent")
    if not 0 <= sums_size <= _MAX_SUMS_BYTES:
        raise ArtefactUnsafe(SUMS, f"is no plain file of at most {_MAX_SUMS_BYTES:,} bytes")
    sums = folder.read(SUMS)
    expected = _listed(sums)
    if unlisted := sorted(sizes.keys() - expected.keys()):
        raise ArtefactIncomplete(unlisted[0], f"is not listed in {SUMS}")
    files = {}
    for name, digest in expected.items():
        data = _read_verified(folder, name, sizes.get(name), digest)
        if name in PARSED or name == "report.json":
            files[name] = data
    return files, sha256(sums)


def _listed(sums: bytes) -> dict[str, str]:
    expected: dict[str, str] = {}
    for line in sums.decode("utf-8", "replace").splitlines():
        if not (match := _SUM_LINE.fullmatch(line)):
            raise ArtefactMalformed(SUMS, f"has a line that is no hash with a name: {line[:80]!r}")
        digest, name = match.groups()
        if not _FILE_NAME.fullmatch(name) or name in expected or name == SUMS:
            raise ArtefactUnsafe(SUMS, f"lists {name[:80]!r}, which is no plain file name or stands twice")
        expected[name] = digest
    if len(expected) > MAX_FILES:
        raise ArtefactUnsafe(SUMS, f"lists more than {MAX_FILES} files")
    if absent := [name for name in PARSED if name not in expected]:
        raise ArtefactIncomplete(absent[0], f"is not listed in {SUMS}")
    return expected


def _read_verified(folder: Folder, name: str, size: int | None, digest: str) -> bytes:
    limit = MAX_PARSED_BYTES if name in PARSED else MAX_FILE_BYTES
    if size is None:
        raise ArtefactIncomplete(name, "is absent")
    if not 0 <= size <= limit:
        raise ArtefactUnsafe(name, f"is no plain file of at most {limit:,} bytes")
    data = folder.read(name)
    if sha256(data) != digest:
        raise HashMismatch(name, f"is not the file that {SUMS} signs for")
    return data
