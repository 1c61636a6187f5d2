"""Which of the driver's exceptions say "not now", and which are a mistake of ours or the operator's: the one table.

Redis reports its own state like errors of the caller, and the driver raises classes that share no root: in a fail-over
nearly all of those below are seen. What says "not now" becomes ``StoreUnavailable``, which callers repeat; what only
the store's operator can put right becomes ``StoreUnsuitable``, without the name of our user there; a mistake passes as
it is, to be logged in full.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from types import TracebackType

from redis import exceptions as driver

from failures import StoreUnavailable, StoreUnsuitable

_SILENT, _REFUSES, _MISTAKE = "Redis does not answer", "Redis takes no writes now", ""

_MEANINGS: dict[type[Exception], str] = {
    driver.ConnectionError: _SILENT,  # refused, reset, not let in, LOADING, or no primary that the sentinels know
    driver.TimeoutError: _SILENT,
    driver.InvalidResponse: _SILENT,  # half an answer, or whoever answers is no Redis
    driver.RedisClusterException: _SILENT,  # no node to be reached, or none that has the slot
    driver.CrossSlotTransactionError: _MISTAKE,
    driver.InvalidPipelineStack: _MISTAKE,
    driver.ClusterError: _SILENT,  # "TTL exhausted.": sent from node to node, or told to try again, too often
    driver.ClusterDownError: _REFUSES,
    driver.TryAgainError: _REFUSES,
    driver.AskError: _REFUSES,  # the slot moves or has moved; the driver follows, but not out of a transaction
    driver.OutOfMemoryError: _REFUSES,
    driver.ReadOnlyError: _REFUSES,
}
"""What is said of a class; one that is not here means what its nearest ancestor means, and without any, a mistake."""

_NOT_NOW = re.compile(
    r"""(?:^|because\ of:\ |caused\ error:\ \(['"]|:\ -)
    (?:OOM|READONLY|LOADING|MISCONF|NOREPLICAS|MASTERDOWN|BUSY|CLUSTERDOWN|TRYAGAIN|UNBLOCKED)\b""",
    re.VERBOSE,
)
"""First words of response errors that say so without a class of their own.

They stand at the beginning, behind what the driver says of a transaction or a pipeline, or, of a script before 7.0,
behind a ``-``.
"""


_CLOSED = re.compile(r"the handler is closed$")
"""How uvloop ends a ``RuntimeError`` of whoever writes to a connection that is closed; asyncio says nothing."""

_RIGHTS = "grant its user what docs/serving.md lists"
_UNSUITABLE = (
    (re.compile(r"run the '([\w|]+)' command"), f"its user may not run {{}}: {_RIGHTS}"),
    (re.compile(r"can't run this command"), f"its user may not run a command in a script: {_RIGHTS}"),
    (re.compile(r"(?i:no permissions to access|can't access)"), f"its user may not use keys of fairlead:*: {_RIGHTS}"),
    (re.compile(r"unknown command ['`]([\w|]+)"), "it does not know {}: name one that has not had it renamed"),
    (
        re.compile(r"WRONGTYPE"),
        "another application wrote a key of ours: give Fairlead a database or a store of its own",
    ),
    (re.compile(r"DB index is out of range"), "it has no database of this number; allowed is such as /0"),
)
"""What a response error says that its operator can put right, and what to say of it."""


class _Translated:
    """Has nothing to keep: one serves all. It stands around every call: a generator would take four times as long."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if not isinstance(error, Exception):
            return
        if meaning := _meaning(error):
            raise StoreUnavailable(f"{meaning}: {error}") from error
        if reason := _unsuitable(error):
            raise StoreUnsuitable(reason) from error


_TRANSLATED = _Translated()


def translated() -> AbstractContextManager[None]:
    """Turn the driver's exceptions into ours.

    Raises
    ------
    StoreUnavailable
        If the server does not answer, or takes no writes now.
    StoreUnsuitable
        If it does not let us, or others use it.
    """
    return _TRANSLATED


def _meaning(error: Exception) -> str:
    if isinstance(error, driver.ResponseError) and _NOT_NOW.search(str(error)):
        return _REFUSES
    if isinstance(error, RuntimeError) and _CLOSED.search(str(error)):
        return _SILENT
    return next((_MEANINGS[ancestor] for ancestor in type(error).__mro__ if ancestor in _MEANINGS), _MISTAKE)


def _unsuitable(error: Exception) -> str:
    if not isinstance(error, driver.ResponseError):
        return ""
    found = ((pattern.search(str(error)), description) for pattern, description in _UNSUITABLE)
    return next((said.format(*(name.upper() for name in match.groups())) for match, said in found if match), "")
