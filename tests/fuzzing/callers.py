"""Who calls: somebody of every role, strangers, and those who show nothing or nonsense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from gateway.auth.principals import Role
from tests.fuzzing.drawing import OTHER, TENANT
from tests.identities import token

Metadata = tuple[tuple[str, str], ...]
_LATE_S = 5_000_000_000
"""Tokens hold until the year 2128: longer than anybody fuzzes."""
_EVERYTHING = [str(role) for role in Role]


@dataclass(frozen=True)
class Caller:
    """Somebody, whose data they may touch, and the metadata that shows it."""

    name: str
    tenants: Sequence[str]
    metadata: Metadata


def _known(name: str, roles: list[str], tenants: list[str]) -> Caller:
    shown = token(name, roles, tenants, rep="ann", exp=_LATE_S)
    traced = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    return Caller(name, tenants, (("authorization", f"Bearer {shown}"), traced))


def _unknown() -> list[Caller]:
    sound = token("somebody", ["manager"], [TENANT])
    shown = ("", "Bearer", "Bearer ", f"basic {sound}", f"Bearer {sound[:-3]}", f"Bearer {sound}x", "Bearer a.b.c", "~")
    return [Caller("", (), (("authorization", header),)) for header in shown]


INSIDER = _known("insider", _EVERYTHING, [TENANT])
"""Who may do everything with the tenant's data."""
ROOT = _known("root", _EVERYTHING, ["*"])
STRANGER = _known("stranger", _EVERYTHING, [OTHER, "another"])
NOBODY = Caller("", (), ())
"""Who shows nothing."""
CALLERS: Sequence[Caller] = (
    INSIDER,
    ROOT,
    STRANGER,
    *(_known(f"{role} of {whose}", [role], [whose]) for role, whose in product(_EVERYTHING, (TENANT, "*"))),
    *_unknown(),
    NOBODY,
)
