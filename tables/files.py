"""Files as streams of bytes: packed or not, in whatever encoding, always read as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

CHUNK_BYTES = 8 << 20
TEXTS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ENDINGS = (*TEXTS, ".parquet", *WORKBOOKS)
"""How the names of tables end."""
_BEGINNINGS = (
    (b"PK\x03\x04", "a workbook or an archive; allowed: its own ending, such as .xlsx"),
    (b"\xd0\xcf\x11\xe0", "a workbook of old; allowed: its own ending, .xls"),
    (b"PAR1", "Parquet; allowed: its own ending, .parquet"),
    (b"\x1f\x8b", "packed; allowed: the ending .gz behind its own, such as .csv.gz"),
    (b"%PDF", "a PDF; allowed: a table as text, a workbook or Parquet"),
)


def format_of(head: bytes) -> str:
    """Say what a file that is no text is by its first bytes; empty: they do not tell."""
    return next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), "")


def opened(file: Path) -> BinaryIO:
    """Open a file's bytes, unpacked."""
    return cast(BinaryIO, gzip.open(file, "rb")) if file.name.lower().endswith(".gz") else file.open("rb")


def chunks_of(file: Path) -> Iterator[bytes]:
    """Yield a file's bytes, unpacked."""
    with opened(file) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


class Utf8Stream(io.RawIOBase):
    """A text file's bytes as UTF-8, without a byte order mark; `seek` counts these bytes."""

    def __init__(self, file: Path, encoding: str) -> None:
        self._source = opened(file)
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
        self._rest = b""
        self._at = 0
        head = self._source.read(len(codecs.BOM_UTF8)) if encoding == "utf-8" else b""
        self._mark = len(head) if head == codecs.BOM_UTF8 else 0
        if encoding == "utf-8":
            self._source.seek(self._mark)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is, forward."""
        return True

    def tell(self) -> int:
        """Return the place in the UTF-8."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place at or behind this one."""
        if whence != io.SEEK_SET or offset < self._at:
            raise io.UnsupportedOperation("only forward")
        if self._decoder is None:
            self._source.seek(self._mark + offset)
            self._at = offset
        while self._at < offset and self.read(min(CHUNK_BYTES, offset - self._at)):
            pass
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer."""
        data = self._more(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _more(self, size: int) -> bytes:
        if self._decoder is None:
            return self._source.read(size)
        while not self._rest:
            raw = self._source.read(CHUNK_BYTES)
            self._rest = (
                self._decoder.decode(raw, final=not raw).encode().removeprefix(codecs.BOM_UTF8 if not self._at else b"")
            )
            if not raw:
                break
        data, self._rest = self._rest[:size], self._rest[size:]
        return data

    def close(self) -> None:
        """Close the file."""
        self._source.close()
        super().close()


def utf8_chunks(file: Path, encoding: str) -> Iterator[bytes]:
    """Yield a text file's bytes as UTF-8."""
    with Utf8Stream(file, encoding) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
