"""Secrets of a subscription: kept until they are retired, whichever key opens them; what is hidden stays so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from failures import InvalidInput
from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.secrets import SecretBox
from notifications.service.addresses import Sealed
from notifications.service.subscriptions import SubscriptionChange, SubscriptionService
from notifications.subscriptions import Subscription
from tests.twins.deliveries import MemoryBook, MemoryRecords

URL, SECRET, OTHER = "https://a.example/s3cr3t", f"whsec_{'A' * 32}", f"whsec_{'B' * 32}"


class Taker:
    """Takes whatever is sent to try it."""

    async def send_test(self, _tenant: str, _record: Any) -> DeliveryAttempt:
        return DeliveryAttempt(AttemptStatus.DELIVERED, "HTTP_200")


async def anywhere(_address: str) -> None:
    """Let something be sent wherever."""


class Arranged:
    """Subscriptions of a server with one key, and with another over the same records."""

    def __init__(self, folder: Path) -> None:
        self.records = MemoryRecords[Subscription]()
        self.first, self.second = (self._service(folder, key) for key in ("1", "2"))

    def _service(self, folder: Path, key: str) -> SubscriptionService:
        (folder / key).write_text(key * 32)
        sealed = Sealed(SecretBox.read(str(folder / key)), anywhere)
        return SubscriptionService(self.records, MemoryBook(), sealed, Taker(), [])


@pytest.fixture
async def at(tmp_path: Path) -> Arranged:
    arranged = Arranged(tmp_path)
    await arranged.first.create("t", "crm", SubscriptionChange(URL, secret=SECRET))
    return arranged


async def test_a_secret_that_no_key_opens_stays_beside_the_new_one(at: Arranged) -> None:
    (before,) = (await at.second.get("t", "crm")).subscription.secrets

    renewed = await at.second.update("t", "crm", SubscriptionChange(secret=OTHER))

    assert renewed.subscription.secrets[1:] == (before,)
    assert renewed.address == "", "its own address cannot be opened: nothing can be sent"
    again = await at.second.update("t", "crm", SubscriptionChange(URL))
    assert again.address == "https://a.example/…"


async def test_where_what_signs_cannot_be_opened_nothing_can_be_sent(at: Arranged) -> None:
    assert (await at.second.update("t", "crm", SubscriptionChange(URL))).address == ""
    assert (await at.first.get("t", "crm")).address == "", "nor by who has the other key"


@pytest.mark.parametrize("secret", ["", OTHER])
async def test_a_secret_is_not_retired_before_its_receiver_knows_the_new_one(at: Arranged, secret: str) -> None:
    with pytest.raises(InvalidInput, match=r"retire_secrets: .*does not know yet"):
        await at.first.update("t", "crm", SubscriptionChange(secret=secret, retires_secrets=True))

    assert len((await at.first.get("t", "crm")).subscription.secrets) == 1


async def test_what_is_hidden_is_kept_for_its_own_host_alone(at: Arranged) -> None:
    same = await at.first.update("t", "crm", SubscriptionChange("https://a.example/…"))

    assert same.address == "https://a.example/…"
    with pytest.raises(InvalidInput, match=r"subscription.url: … stands for what is hidden, .* the same host"):
        await at.first.update("t", "crm", SubscriptionChange("https://b.example/…"))
