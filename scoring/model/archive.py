"""Arrays in a zip file (npz) from a stranger, read without trusting a word of it.

`numpy.load` would allocate whatever size a header claims and, if let, unpickle. Here every member is announced
beforehand with its type and shape; the archive's directory and each array's header must say exactly that before a
byte is unpacked, so no bomb goes off and no object comes to life.

References
----------
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.errors import ArtefactIncomplete, ArtefactMalformed, ArtefactUnsafe

_HEADER_BYTES = 4_096
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True)
class Expected:
    """What an array must be."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def n_bytes(self) -> int:
        """Size of its data."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


def write_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Pack arrays as npz; equal arrays give equal bytes (numpy's own writer puts the time of day in)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def read_arrays(file: str, data: bytes, expected: Mapping[str, Expected]) -> dict[str, npt.NDArray[Any]]:
    """Unpack exactly the expected arrays.

    Parameters
    ----------
    file
        Its name, for the errors.
    data
        The archive.
    expected
        Every array it must hold, by name; nothing else may be in it.

    Raises
    ------
    ArtefactIncomplete
        If the archive cannot be read to its end, or an array is absent.
    ArtefactUnsafe
        If a member is not announced, claims another size, or holds Python objects.
    ArtefactMalformed
        If an array is of another type or shape.

    Examples
    --------
    >>> data = write_arrays({"main": np.array([1.0, 2.0])})
    >>> read_arrays("tables.npz", data, {"main": Expected("<f8", (2,))})["main"].tolist()
    [1.0, 2.0]
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _announced(file, archive, expected)
            return {name: _read_member(file, archive, members[name], name, expected[name]) for name in expected}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArtefactIncomplete(file, f"is no readable archive: {error}") from None


def _announced(file: str, archive: zipfile.ZipFile, expected: Mapping[str, Expected]) -> dict[str, zipfile.ZipInfo]:
    members = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name not in expected or name in members or name == info.filename:
            raise ArtefactUnsafe(file, f"holds {info.filename!r}, which is not announced")
        if info.compress_type not in _METHODS or info.flag_bits & 0x1:
            raise ArtefactUnsafe(file, f"{name}: is packed in a way that is not allowed")
        if not 0 <= info.file_size - expected[name].n_bytes <= _HEADER_BYTES:
            raise ArtefactUnsafe(
                file, f"{name}: claims {info.file_size:,} bytes, {expected[name].n_bytes:,} are announced"
            )
        members[name] = info
    if absent := sorted(expected.keys() - members.keys()):
        raise ArtefactIncomplete(file, f"{absent[0]} is absent")
    return members


def _read_member(
    file: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, expected: Expected
) -> npt.NDArray[Any]:
    data = io.BytesIO(archive.read(info))
    try:
        if np.lib.format.read_magic(data) != (1, 0):
            raise ValueError("an array format that is not in use")
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(data, max_header_size=_HEADER_BYTES)
    except (ValueError, SyntaxError, TypeError) as error:
        raise ArtefactMalformed(file, f"{name}: has no readable header: {error}") from None
    if dtype.hasobject:
        raise ArtefactUnsafe(file, f"{name}: holds Python objects")
    if dtype.str != expected.dtype or shape != expected.shape or (fortran_order and len(shape) > 1):
        raise ArtefactMalformed(
            file, f"{name}: is {dtype.str} of {shape}, announced {expected.dtype} of {expected.shape}"
        )
    rest = data.read()
    if len(rest) != expected.n_bytes:
        raise ArtefactIncomplete(file, f"{name}: holds {len(rest):,} of {expected.n_bytes:,} bytes")
    return np.frombuffer(rest, dtype).reshape(shape).copy()
