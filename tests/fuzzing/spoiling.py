"""Bytes spoilt a little, or noise: what reaches a parser when the sender is broken, or wants to break it."""

from __future__ import annotations

from random import Random

from tests.fuzzing.drawing import one_of

MORSELS = (
    *(b"", b"\0", b"\xff", b"\xff\xff\xff\xff\x0f", b"\x80", b"\x08", b"\x0a\x00", b"\x12\xff", b"\xed\xa0\x80"),
    *(
        b"null",
        b"1e999",
        b"-0",
        b"[]",
        b"{}",
        b"[" * 200,
        b"[" * 3_000,
        b'{"a":' * 1_000,
        b'"',
        b"\\ud800",
        b"9" * 50,
        b"NaN",
        b"\n",
        b"\r",
    ),
    *(
        b"&a",
        b"*a",
        b"!!x",
        b"<<: {}",
        b".nan",
        b": ",
        b"- ",
        b"\t",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b",",
        b"|",
        b"%00",
    ),
)


def spoilt(random: Random, data: bytes) -> bytes:
    """Cut, repeat, move or replace some stretches."""
    for _ in range(1 + int(random.random() * 3)):
        start = int(random.random() * (len(data) + 1))
        end = min(len(data), start + one_of(random, (0, 1, 1, 2, 4, 16, 64)))
        data = data[:start] + _instead(random, data, data[start:end]) + data[end:]
    return data


def _instead(random: Random, whole: bytes, stretch: bytes) -> bytes:
    match int(random.random() * 6):
        case 0:
            return one_of(random, MORSELS)
        case 1:
            return stretch * int(random.random() * 4)
        case 2:
            place = int(random.random() * (len(whole) + 1))
            return whole[place : place + 20]
        case 3:
            return noise(random, 8)
        case 4:
            return b""
    return bytes(byte ^ (1 << int(random.random() * 8)) for byte in stretch)


def noise(random: Random, longest: int = 200) -> bytes:
    """Draw bytes."""
    return random.randbytes(int(random.random() * longest))
