"""Which work items are one: those whose source and external id are spelt alike, but for what people do not mean by it.

Exports pad ids with blanks, forms begin them with a capital, input methods write them in full width. So they are
compared in a normal form, by a rule that the contract declares:

* blanks at the ends, characters that nobody sees and the width of letters do not count, blanks inside count as one;
* upper and lower case are one, but in record ids of 15 characters as Salesforce has them, which tell records apart by
  case alone [1]_: those are compared in their form of 18 characters, which does not need it.

An item keeps the spelling that came first, in its name too. The store knows it by its normal form as well: there stands
which item it is.

References
----------
.. [1] Salesforce, "Convert 15 Character IDs to 18 Characters", https://help.salesforce.com/s/articleView?id=000385585
"""

from __future__ import annotations

import re
from functools import lru_cache

from router.model.workitem import WorkItem, natural_id
from rules.normal_form import EVERYTHING, Ignorable, normal_form

_NORMAL = re.compile(r"[a-z0-9_.\-]+")
"""The usual case, decided fast."""
_CASE_COUNTS = re.compile(r"(?=.*[A-Za-z])(?:00[0-9A-Za-z]|500|701|801|a[0-9A-Za-z]{2})[0-9A-Za-z]{12}")
"""A record id of 15 characters, by the prefixes of standard and custom objects."""
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def normal_id(item: WorkItem, *, hides_external_id: bool = False) -> str:
    r"""Return the id that all spellings of a work item's natural key share; empty where it has none.

    Examples
    --------
    >>> from router.model.workitem import Kind
    >>> normal_id(WorkItem(Kind.LEAD, " CRM", "L-1\u3000")), normal_id(WorkItem(Kind.LEAD, "ｃｒｍ", "l-1"))
    ('crm~l-1', 'crm~l-1')
    """
    if not item.external_id:
        return ""
    return natural_id(normal_source(item.source), normal_external_id(item.external_id), hidden=hides_external_id)


def is_normal(item: WorkItem) -> bool:
    """Say whether a work item's natural key is spelt as in its normal form, or is none: no other id leads to it."""
    source, external_id = item.source, item.external_id
    return not external_id or (normal_source(source) == source and normal_external_id(external_id) == external_id)


def normal_name(item_id: str) -> str:
    """Return the same for an id that a work item may have; ids that are hashes stay as they are.

    Examples
    --------
    >>> normal_name("CRM~L-1"), normal_name("~a6116073f12ddf7a1cde159e83485c3d")
    ('crm~l-1', '~a6116073f12ddf7a1cde159e83485c3d')
    """
    source, _, external_id = item_id.partition("~")
    return natural_id(normal_source(source), normal_external_id(external_id)) if source and external_id else item_id


@lru_cache(4096)
def normal_source(text: str) -> str:
    """Return what all spellings of a source share."""
    return normal_form(text)


def normal_external_id(text: str) -> str:
    """Return what all spellings of an external id share."""
    if _NORMAL.fullmatch(text) and len(text) != 15:
        return text
    plain = normal_form(text, EVERYTHING - {Ignorable.CASE})
    if len(plain) == 15 and _CASE_COUNTS.fullmatch(plain):
        plain += "".join(_check_letter(plain[start : start + 5]) for start in (0, 5, 10))
    return plain.casefold()


def _check_letter(part: str) -> str:
    """Say which of five characters are capitals."""
    return _CHECK[sum(1 << place for place, char in enumerate(part) if char.isupper())]
