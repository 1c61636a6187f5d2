"""A share of all work items, always the same ones: for trying something on 20 % of the leads.

A value is hashed with a salt into one of 10,000 buckets: SHA-256 [1]_ of the salt, a zero byte and the value, in UTF-8;
its first eight bytes as a number, big end first, modulo 10,000. A share of 20 % takes buckets 0 to 1,999. So the same
value is in it or not, on every server and for ever; a larger share of a salt holds every smaller one; and two salts
have nothing to do with each other.

References
----------
.. [1] FIPS 180-4, "Secure Hash Standard", https://csrc.nist.gov/pubs/fips/180-4/upd1/final
"""

from __future__ import annotations

from hashlib import sha256

BUCKETS = 10_000
DECIMALS = 2
"""Of a share in percent: one bucket is 0.01 %."""
_BETWEEN = " % "


def bucket_of(value: str, salt: str) -> float:
    """Return the bucket of a value as the percentage below it, 0 to 99.99.

    Examples
    --------
    >>> bucket_of("crm~l-1", "trial-7"), bucket_of("crm~l-1", "trial-8")
    (29.12, 31.57)
    """
    digest = sha256(f"{salt}\0{value}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS * 100 / BUCKETS


def share_text(percent: float, salt: str) -> str:
    """Write a share as rules hold it.

    Examples
    --------
    >>> share_text(20, "trial-7"), read_share("20 % trial-7")
    ('20 % trial-7', (20.0, 'trial-7'))
    """
    return f"{percent:g}{_BETWEEN}{salt}"


def read_share(text: str) -> tuple[float, str]:
    """Return the percentage and the salt of what ``share_text`` wrote."""
    percent, _, salt = text.partition(_BETWEEN)
    return float(percent), salt
