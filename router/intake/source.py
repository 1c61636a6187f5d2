"""A source of leads, as it is declared. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from router.model.workitem import Kind

Scalar = str | float | bool
Fields = Mapping[str, Scalar | Sequence[Scalar]]
"""What was sent of a lead, by name; a list stands where there are several values."""


class ValueType(StrEnum):
    """What an attribute is."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    BOOL = "BOOL"
    TEXTS = "TEXTS"


@dataclass(frozen=True, slots=True)
class MappedAttribute:
    """An attribute, and the field that it comes from; ``default`` stands where that has nothing."""

    attribute: str
    field: str
    type: ValueType = ValueType.TEXT
    required: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class JunkRule:
    """A field by which leads are junk: where it has one of the texts in it, or, without texts, anything at all."""

    field: str
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadSource:
    """Where leads come from.

    Parameters
    ----------
    external_id_field
        The field by which the sender knows a lead; empty: there is none.
    token_field
        The field that holds the token; empty: none does.
    token_hash
        SHA-256 of the token, in hexadecimal digits.
    """

    id: str
    display_name: str = ""
    kind: Kind = Kind.LEAD
    attributes: tuple[MappedAttribute, ...] = ()
    external_id_field: str = ""
    junk: tuple[JunkRule, ...] = ()
    token_field: str = ""
    token_hash: str = ""

    @property
    def taken_fields(self) -> frozenset[str]:
        """The fields that it looks at."""
        named = {self.external_id_field, self.token_field, *(rule.field for rule in self.junk)}
        return frozenset(named | {each.field for each in self.attributes})
