"""msgpack, in a buffer of the size that is wanted.

By itself the library takes a quarter of a megabyte or more for every value that it packs. Where that has to be asked of
the system, it takes longer than all the rest.
"""

from __future__ import annotations

import msgpack

_ROOM = 1024
"""Bytes of a buffer at first: it grows."""


def pack(value: object) -> bytes:
    """Return a value as ``msgpack.packb`` would."""
    packed: bytes = msgpack.Packer(buf_size=_ROOM).pack(value)
    return packed


def pack_for_lua(value: object) -> bytes:
    """Return a value as a script of the store can read it: Lua knows no type for bytes."""
    packed: bytes = msgpack.Packer(use_bin_type=False, buf_size=_ROOM).pack(value)
    return packed
