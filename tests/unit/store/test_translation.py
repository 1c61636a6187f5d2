"""What the driver raises, in our words: one table over its classes, one over the texts of the servers' versions."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
import redis.asyncio.cluster
import redis.asyncio.sentinel
import redis.cluster
import redis.sentinel
from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    ClusterError,
    ExecAbortError,
    MasterDownError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
    SlotNotCoveredError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from failures import StoreUnavailable
from store.translation import translated

NOT_NOW = {
    "AskError",
    "AuthenticationError",
    "AuthorizationError",
    "BusyLoadingError",
    "ClusterDownError",
    "ClusterError",
    "ConnectionError",
    "ExternalAuthProviderError",
    "InvalidResponse",
    "MasterDownError",
    "MasterNotFoundError",
    "MaxConnectionsError",
    "MovedError",
    "OutOfMemoryError",
    "ReadOnlyError",
    "RedisClusterException",
    "SlaveNotFoundError",
    "SlotNotCoveredError",
    "TimeoutError",
    "TryAgainError",
}
A_MISTAKE = {
    "AuthenticationWrongNumberOfArgsError",
    "ChildDeadlockedError",
    "ClusterCrossSlotError",
    "CrossSlotTransactionError",
    "DataError",
    "ExecAbortError",
    "IncorrectPolicyType",
    "InvalidPipelineStack",
    "LockError",
    "LockNotOwnedError",
    "ModuleError",
    "NoPermissionError",
    "NoScriptError",
    "NoSuchFieldsetError",
    "PubSubError",
    "RedisError",
    "ResponseError",
    "WatchError",
}
"""Of these a script's or transaction's ``ResponseError`` may still say "not now" in its text: see ``TEXTS``."""


def below(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for child in root.__subclasses__():
        yield from below(child)


def classes_of_the_driver() -> list[type[Exception]]:
    """Return what the driver may raise: all in ``redis.exceptions``, and what other modules derive from it."""
    named = [driver_class for _, driver_class in inspect.getmembers(redis.exceptions, inspect.isclass)]
    roots = [driver_class for driver_class in named if issubclass(driver_class, Exception)]
    everything = {child for root in roots for child in below(root)}
    its_own = [driver_class for driver_class in everything if driver_class.__module__.startswith("redis.")]
    return sorted(its_own, key=lambda driver_class: (driver_class.__module__, driver_class.__name__))


def made(error: type[Exception]) -> Exception:
    """Make an exception as the driver does: that a slot moves is said with the slot and the node."""
    return error("1 127.0.0.1:7000") if issubclass(error, AskError) else error("no more is said")


def test_every_class_of_the_driver_has_been_thought_about() -> None:
    names = {error.__name__ for error in classes_of_the_driver()}

    assert names <= NOT_NOW | A_MISTAKE, "a new class: does it say 'not now'?"
    assert not NOT_NOW & A_MISTAKE


@pytest.mark.parametrize("error", classes_of_the_driver(), ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_a_class_that_says_not_now_is_unavailable_and_every_other_stays_a_mistake(error: type[Exception]) -> None:
    with pytest.raises(StoreUnavailable if error.__name__ in NOT_NOW else error), translated():
        raise made(error)


TEXTS: list[Exception] = [
    RedisConnectionError("refused"),
    RedisTimeoutError("too late"),
    RuntimeError("unable to perform operation on <TCPTransport closed=True reading=False 0x56>; the handler is closed"),
    AuthenticationError("wrong password"),
    BusyLoadingError("loading the dataset"),
    OutOfMemoryError("command not allowed when used memory > 'maxmemory'."),
    ReadOnlyError("You can't write against a read only replica."),
    ClusterDownError("Hash slot not served"),
    MasterDownError("Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
    TryAgainError("Multiple keys request during rehashing of slot"),
    MovedError("1 127.0.0.1:7000"),
    SlotNotCoveredError('Slot "1" is not covered by the cluster.'),
    RedisClusterException("Redis Cluster cannot be connected. Please provide at least one reachable node"),
    ClusterError("TTL exhausted."),
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


@pytest.mark.parametrize("error", TEXTS, ids=lambda error: f"{type(error).__name__} {str(error)[:20]}")
def test_a_store_that_cannot_now_is_unavailable(error: Exception) -> None:
    with pytest.raises(StoreUnavailable) as raised, translated():
        raise error

    assert str(error) in str(raised.value)
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    "error", [ResponseError("wrong number of arguments"), RedisError("nothing"), KeyError("ours"), RuntimeError("ours")]
)
def test_a_mistake_stays_one(error: Exception) -> None:
    with pytest.raises(type(error)), translated():
        raise error
