"""What the driver raises, in our words: one table over the versions of the server."""

from __future__ import annotations

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ExecAbortError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from failures import StoreUnavailable
from router.adapters.redis.connection import translated
from workqueue.adapters.redis import connection as queue_connection

NOT_NOW: list[Exception] = [
    RedisConnectionError("refused"),
    RedisTimeoutError("too late"),
    AuthenticationError("wrong password"),
    BusyLoadingError("loading the dataset"),
    OutOfMemoryError("command not allowed when used memory > 'maxmemory'."),
    ReadOnlyError("You can't write against a read only replica."),
    ResponseError("MISCONF Errors writing to the AOF file: No space left on device"),
    ResponseError("NOREPLICAS Not enough good replicas to write."),
    ResponseError("BUSY Redis is busy running a script."),
    ResponseError("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"),
    ResponseError("Command # 1 (ZSCORE a b) of pipeline caused error: ('BUSY Valkey is busy running a script.',)"),
    ExecAbortError("Transaction discarded because of: BUSY Valkey is busy running a script."),
    ResponseError("Error running script (call to f_1): @user_script: 12: -OOM command not allowed"),
    ResponseError("Error running script (call to f_1): @user_script: 12: -READONLY You can't write"),
]
"""What the driver raises while a store cannot, by server and version."""


BY_NAME = pytest.mark.parametrize("error", NOT_NOW, ids=lambda error: f"{type(error).__name__} {str(error)[:20]}")


@BY_NAME
def test_a_store_that_cannot_now_is_unavailable(error: Exception) -> None:
    with pytest.raises(StoreUnavailable), translated():
        raise error


@BY_NAME
def test_a_queue_whose_store_cannot_now_is_unavailable(error: Exception) -> None:
    with pytest.raises(StoreUnavailable), queue_connection.translated():
        raise error


def test_a_mistake_of_ours_stays_one() -> None:
    with pytest.raises(ResponseError), translated():
        raise ResponseError("wrong number of arguments")
