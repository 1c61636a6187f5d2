"""How commands call the stages of a process: by their titles, where whoever asks may read the process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import grpc

from fairlead.client import FairleadClient, FairleadError
from router.wording.languages import Language
from rules.document import read

Titled = Callable[[str, str], str]
"""How to call a stage, by the resource name of its process's revision and its id."""


def titled_by(client: FairleadClient, language: Language) -> Titled:
    """Return how to call stages, each process asked for once: by their ids for who may not see it, and of none."""

    @cache
    def titles(process: str) -> dict[str, str]:
        try:
            return dict(titles_in(client.get_process(process).source, language)) if process else {}
        except FairleadError as error:
            if error.code not in (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND):
                raise
            return {}

    return lambda process, stage: titles(process).get(stage) or stage


def titles_in(source: str, language: Language) -> Iterator[tuple[str, str]]:
    """Yield the stages of the source of a process that have a title, by id, with that.

    Examples
    --------
    >>> source = "stages: [{id: new, title: New}, {id: won, title: {zh: 成交}}, {id: lost}, {id: x, title: {en: X}}]"
    >>> dict(titles_in(source, Language.EN)), dict(titles_in(source, Language.ZH))
    ({'new': 'New', 'won': '成交', 'x': 'X'}, {'new': 'New', 'won': '成交', 'x': 'X'})
    """
    document: Any = read(source).tree
    for stage in document["stages"]:
        words = stage.get("title") or ""
        title = words if isinstance(words, str) else words.get(language.value) or next(filter(None, words.values()), "")
        if title:
            yield stage["id"], title
