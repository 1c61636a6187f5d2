"""Who calls: a name, what they are, and whose data they may touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

ALL_TENANTS = "*"
MAX_NAME = 256


class Role(StrEnum):
    """What somebody is; whoever is several may do what any of them may."""

    REP = "rep"
    MANAGER = "manager"
    DATA_SCIENTIST = "data-scientist"
    OPERATOR = "operator"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown who they are.

    Parameters
    ----------
    name
        As events and logs name them.
    roles
        What they are.
    tenants
        Whose data they may touch; ``*`` for everybody's, and for what all tenants share.
    rep
        The id of the rep that they are, where they are one.
    pools
        The pools that they see alone, being a manager; None: all.
    until
        When they have to show it anew, in seconds since 1970.
    """

    name: str
    roles: frozenset[Role]
    tenants: frozenset[str]
    rep: str = ""
    pools: frozenset[str] | None = None
    until: float = field(default=inf, compare=False)

    def may_touch(self, tenant: str) -> bool:
        """Say whether a tenant's data is theirs to touch."""
        return tenant in self.tenants or ALL_TENANTS in self.tenants


def principal_of(name: object, roles: object, tenants: object, rep: object = "", pools: object = None) -> Principal:
    """Read a principal as tokens and files write it; roles that Fairlead does not know count for nothing.

    Raises
    ------
    ValueError
        Naming what is not as it must be.

    Examples
    --------
    >>> sorted(principal_of("li", ["rep", "guest"], "acme", "li-na").roles)
    [<Role.REP: 'rep'>]
    """
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise ValueError(f"the name must be a text of 1 to {MAX_NAME} printable characters")
    if not isinstance(rep, str):
        raise ValueError("rep must be the id of a rep")
    given = frozenset(Role(role) for role in _texts("roles", roles) if role in set(Role))
    alone = None if pools is None else frozenset(_texts("pools", pools))
    return Principal(name, given, frozenset(_texts("tenants", tenants)), rep, alone)


def _texts(what: str, value: object) -> Iterable[str]:
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return value
    raise ValueError(f"{what} must be a list of texts, or a text with blanks between them")
