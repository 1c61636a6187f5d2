"""docs/store.md names every key there is, with its type."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

from background.adapters.redis import role_key
from notifications.adapters.redis import keys as delivery_keys
from router.adapters.redis import keys
from router.adapters.redis.format import FORMAT
from store import clock, replication
from workqueue.adapters.redis import keys as queue_keys
from workqueue.jobs import JobState

TEXT = (Path(__file__).parents[2] / "docs" / "store.md").read_text("utf-8")
NAMES = {
    "import_id": "ID",
    "operation_id": "ID",
    "call": "CALL",
    "item_id": "ID",
    "customer_id": "ID",
    "request_id": "ID",
    "pool": "POOL",
    "state": "",
    "subscription_id": "ID",
    "channel_id": "ID",
    "receiver": "RECEIVER",
    "source": "SOURCE",
}
_HASH = re.compile("[0-9a-f]{32}")


def of_a_tenant(keys_object: Any) -> list[str]:
    """Return all its keys, without what all of one tenant begin with, their parts in capitals."""
    names = []
    for name, member in inspect.getmembers(type(keys_object)):
        if name.startswith("_") or name in ("tenant", "queue", "all", "state"):
            continue
        if name in ("of_channel", "waiting_or_ended"):
            names += [keys_object.of_channel("ID", what) for what in ("waiting", "ended", "dead", "state")]
        elif isinstance(member, property):
            names.append(getattr(keys_object, name))
        else:
            parts = [NAMES[parameter] for parameter in list(inspect.signature(member).parameters)[1:]]
            names.append(_HASH.sub("HASH", member(keys_object, *parts)))
    return names


ROUTING = [key.partition("}:")[2] for key in [*of_a_tenant(keys.Keys("T")), role_key("T", "ROLE")]]
DELIVERIES = [key.partition("}:")[2] for key in of_a_tenant(delivery_keys.DeliveryKeys("T"))]
QUEUES = [key.partition(":q:")[2] for key in of_a_tenant(queue_keys.QueueKeys("q", "T"))]
QUEUES += [queue_keys.QueueKeys("q", "T").state(state).partition(":q:")[2] for state in JobState]
SHARED = [keys.TENANTS, keys.FORMAT_OF_ALL, clock.KEY, replication.MARK]
SHARED += [queue_keys.tenants_key("QUEUE"), queue_keys.wakeup_key("QUEUE")]


def test_every_key_is_described() -> None:
    described = "\n".join(line.split("|")[1] for line in TEXT.splitlines() if line.startswith("| `"))

    assert [key for key in sorted({*ROUTING, *DELIVERIES, *QUEUES, *SHARED}) if f"`{key}`" not in described] == []


def test_the_newest_format_is_described() -> None:
    assert f"\n| {FORMAT} |" in TEXT
