"""How durable a store says that it is, and what is made of a store that does not say."""

from __future__ import annotations

import pytest
from redis.exceptions import ClusterDownError, NoPermissionError, ResponseError

from failures import StoreUnavailable
from store.diagnostics import durability_of
from store.durability import Durability


class Configured:
    """A store that answers CONFIG GET, or refuses to."""

    def __init__(self, answer: dict[bytes, bytes] | Exception) -> None:
        self._answer = answer

    async def config_get(self, *_: str) -> dict[bytes, bytes]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(
    ("answer", "durability"),
    [
        ({b"appendonly": b"no", b"appendfsync": b"always"}, Durability.MEMORY),
        ({b"appendonly": b"yes", b"appendfsync": b"no"}, Durability.MEMORY),
        ({b"appendonly": b"yes", b"appendfsync": b"everysec"}, Durability.EVERYSEC),
        ({b"appendonly": b"yes", b"appendfsync": b"always"}, Durability.ALWAYS),
        (NoPermissionError("this user has no permissions to run the 'config|get' command"), Durability.UNSPECIFIED),
        (ResponseError("unknown command 'CONFIG'"), Durability.UNSPECIFIED),
    ],
)
async def test_a_store_is_as_durable_as_its_settings_say(
    answer: dict[bytes, bytes] | Exception, durability: Durability
) -> None:
    assert await durability_of(Configured(answer)) is durability


@pytest.mark.parametrize("error", [ClusterDownError("the cluster is down"), ResponseError("BUSY running a script.")])
async def test_a_store_that_cannot_answer_now_is_not_taken_for_one_that_may_not(error: Exception) -> None:
    with pytest.raises(StoreUnavailable):
        await durability_of(Configured(error))
