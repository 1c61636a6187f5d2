"""Columns are found by their names up to case, width, blanks and underscores."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from missing_words import trimmed
from tables.errors import UnreadableTable

LONGEST = 256
"""Characters of a name beyond which nobody asks what it was meant to be."""
_FEWEST = 4
"""Characters of a name that may have a slip in it; in a shorter one, it is another name."""


def key_of(name: str) -> str:
    """Return what equal names share.

    Examples
    --------
    >>> key_of(" Customer ID"), key_of("customer_id"), key_of("ＣｕｓｔｏｍｅｒＩＤ")
    ('customerid', 'customerid', 'customerid')
    """
    return "".join(
        char for char in unicodedata.normalize("NFKC", trimmed(name)).casefold() if not char.isspace() and char != "_"
    )


def checked_names(names: Sequence[str]) -> tuple[str, ...]:
    """Trim the names of a header.

    Raises
    ------
    UnreadableTable
        If two columns share one.
    """
    tidy = tuple(map(trimmed, names))
    twice = next((name for name in tidy if name and tidy.count(name) > 1), None)
    if twice is not None:
        places = [place + 1 for place, name in enumerate(tidy) if name == twice]
        raise UnreadableTable.of(twice, f"is the name of columns {places[0]} and {places[1]}; allowed: each name once")
    return tidy


def found_among(names: Iterable[str], wanted: Iterable[str], mapped: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return for each wanted name the file's name of that column, where there is one.

    Parameters
    ----------
    mapped
        Wanted name by the file's name, as the user says; goes before all else.

    Raises
    ------
    UnreadableTable
        If two columns could be meant, or a mapped one is not there.
    """
    names, wanted = list(names), list(wanted)
    said = _said(names, mapped or {})
    by_key: dict[str, list[str]] = {}
    for name in names:
        if name not in said.values():
            by_key.setdefault(key_of(name), []).append(name)
    found = dict(said)
    for name in wanted:
        meant = by_key.get(key_of(name), [])
        if name not in found and meant:
            found[name] = name if name in meant else _only(name, meant)
    return found


def _said(names: Sequence[str], mapped: Mapping[str, str]) -> dict[str, str]:
    keys = {key_of(name): name for name in names}
    said: dict[str, str] = {}
    for column, meaning in mapped.items():
        name = column if column in names else keys.get(key_of(column))
        if name is None:
            continue  # a mapping is written once and serves several files
        if meaning in said:
            raise UnreadableTable.of(
                meaning, f"is what columns {said[meaning]!r} and {name!r} both mean; allowed: one of them"
            )
        said[meaning] = name
    return said


def _only(wanted: str, meant: Sequence[str]) -> str:
    if len(meant) > 1:
        raise UnreadableTable.of(wanted, f"could be the columns {meant[0]!r} and {meant[1]!r}; say which in a mapping")
    return meant[0]


class NearNames:
    """Finds which name was probably meant by another: one letter is too many, missing, wrong, or has changed places.

    Digits are no slips: ``charge_2`` is not meant to be ``charge_1``. Names that are near share what is left of them
    without one letter [1]_, so that looking one up takes no longer where there are thousands.

    Parameters
    ----------
    names
        Those that may be meant; of two that are equally near, the first is.

    References
    ----------
    .. [1] W. Garbe, "SymSpell", 2012, https://github.com/wolfgarbe/SymSpell.

    Examples
    --------
    >>> near = NearNames(["tenure", "charge_1"])
    >>> near.meant("Tenrue"), near.meant("tenur"), near.meant("charge_2"), near.meant("spend")
    ('tenure', 'tenure', '', '')
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[str, str] = {}
        for name in names:
            for form in _forms(name):
                self._names.setdefault(form, name)

    def meant(self, name: str) -> str:
        """Return the name that was probably meant; empty: none."""
        return next((self._names[form] for form in _forms(name) if form in self._names), "")


def _forms(name: str) -> Iterator[str]:
    key = key_of(name[: LONGEST + 1])
    yield key
    if _FEWEST <= len(key) <= LONGEST:
        yield from (key[:place] + key[place + 1 :] for place, char in enumerate(key) if not char.isdigit())
