"""Whom a text means that somebody typed: a resource name, an id, or the name by which one alone is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import click
import grpc

from fairlead.client import FairleadClient, FairleadError
from router.cli.consoles import names_of, pool_names_of
from router.cli.labels import label
from router.wording.languages import Language


class Known:
    """Those whom a text may mean.

    Parameters
    ----------
    names
        How to call each, by resource name.

    Examples
    --------
    >>> known = Known({"tenants/t/reps/li": "李娜", "tenants/t/reps/wang": "王伟", "tenants/t/reps/wang-2": "王伟"})
    >>> [known.ids(text) for text in ("tenants/t/reps/li", "li", "李娜", "王伟", "ann")]
    [['li'], ['li'], ['li'], ['wang', 'wang-2'], []]
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._ids = {name: name.rpartition("/")[2] for name in names}
        self._all = frozenset(self._ids.values())
        self._called: dict[str, list[str]] = {}
        for name, called in names.items():
            self._called.setdefault(called, []).append(self._ids[name])

    def ids(self, text: str) -> list[str]:
        """Return the ids of those whom a text may mean; an id goes before a name that somebody else is called by."""
        if text in self._ids:
            return [self._ids[text]]
        return [text] if text in self._all else self._called.get(text, [])


def id_called(text: str, names: Mapping[str, str], option: str, language: Language = Language.EN) -> str:
    """Return the id of the one whom a text means; where it means nobody, the text itself: the service says so.

    Raises
    ------
    click.BadParameter
        If several are called so.
    """
    found = Known(names).ids(text) or [text]
    if len(found) > 1:
        several = label("several are called so", language, name=repr(text), ids=", ".join(sorted(found)))
        raise click.BadParameter(several, param_hint=option)
    return found[0]


def rep_called(client: FairleadClient, text: str, option: str = "REP", language: Language = Language.EN) -> str:
    """Return the id of the rep whom a text means, see ``id_called``; nothing for none."""
    return id_called(text, allowed(lambda: names_of(client)), option, language) if text else ""


def pool_called(client: FairleadClient, text: str, option: str = "--pool", language: Language = Language.EN) -> str:
    """Return the id of the pool that a text means, see ``id_called``; nothing for none."""
    return id_called(text, allowed(lambda: pool_names_of(client)), option, language) if text else ""


def callers(client: FairleadClient) -> Callable[[str], str]:
    """Return how to call a rep or pool by resource name, asked for one by one: for who tells of a few. Whoever may not
    see one, and whoever is gone, goes by their id.
    """

    @cache
    def called(name: str) -> str:
        read = client.get_pool if "/pools/" in name else client.get_rep
        try:
            return read(name).display_name or name.rpartition("/")[2] if name else ""
        except FairleadError as error:
            if error.code not in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND):
                raise
            return name.rpartition("/")[2]

    return called


def allowed(read: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """Return names; none for who may not list them: what they type are ids then."""
    try:
        return read()
    except FairleadError as error:
        if error.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return {}
