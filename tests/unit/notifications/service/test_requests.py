"""Who sends again what makes a subscription or channel is answered alike, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from failures import AlreadyExists, RequestIdReused
from notifications.channels import Channel, ChannelKind
from notifications.secrets import SecretBox, signing_key
from notifications.service.addresses import Sealed
from notifications.service.channels import ChannelChange, ChannelService
from notifications.service.requests import IdempotentRequest
from notifications.service.subscriptions import SubscriptionChange, SubscriptionService
from notifications.subscriptions import Subscription
from tests.twins.deliveries import MemoryBook, MemoryCalendars, MemoryRecords
from tests.unit.notifications.service.test_subscription_service import SECRET, URL, Taker, anywhere

WANTED, ASKED = SubscriptionChange(URL), IdempotentRequest("r-1", b"crm", "li-na")


class Arranged:
    """Subscriptions and channels of a server with a key, on memory."""

    def __init__(self, folder: Path, ttl_s: int = 60) -> None:
        (folder / "keys").write_text("k" * 32)
        self.records, sealed = MemoryRecords[Subscription](), Sealed(SecretBox.read(str(folder / "keys")), anywhere)
        self.subscriptions = SubscriptionService(self.records, MemoryBook(), sealed, Taker(), [], ttl_s)
        channels, book = MemoryRecords[Channel](), MemoryBook()
        self._ttl_s = ttl_s
        self.channels = ChannelService(channels, book, sealed, sealed, Taker(), MemoryCalendars(), ttl_s)

    def with_keys(self, file: Path) -> SubscriptionService:
        """Return the service of the same subscriptions on a server with other keys."""
        sealed = Sealed(SecretBox.read(str(file)), anywhere)
        return SubscriptionService(self.records, MemoryBook(), sealed, Taker(), [], self._ttl_s)


@pytest.fixture
def at(tmp_path: Path) -> Arranged:
    return Arranged(tmp_path)


async def test_who_asks_again_is_shown_the_secret_that_was_made(at: Arranged) -> None:
    made = await at.subscriptions.create("t", "crm", WANTED, ASKED)

    again = await at.subscriptions.create("t", "crm", WANTED, ASKED)

    assert signing_key(again.secret)
    assert made.is_new
    assert again == replace(made, is_new=False)


async def test_what_is_kept_of_a_call_tells_nothing(at: Arranged) -> None:
    await at.subscriptions.create("t", "crm", WANTED, ASKED)

    kept = await at.records.get("t", "crm")

    assert kept
    assert not [hint for hint in ("r-1", "crm\n", "li-na") if hint in kept.record.request]
    assert (await at.subscriptions.get("t", "crm")).secret == ""


async def test_a_secret_of_the_callers_own_is_not_shown_again(at: Arranged) -> None:
    wanted = SubscriptionChange(URL, secret=SECRET)
    await at.subscriptions.create("t", "crm", wanted, ASKED)

    assert (await at.subscriptions.create("t", "crm", wanted, ASKED)).secret == ""


@pytest.mark.parametrize("other", [ASKED._replace(content=b"other"), ASKED._replace(actor="wang-wei")])
async def test_an_id_is_for_one_content_of_one_caller(at: Arranged, other: IdempotentRequest) -> None:
    await at.subscriptions.create("t", "crm", WANTED, ASKED)

    with pytest.raises(RequestIdReused, match="'r-1' was used for other content"):
        await at.subscriptions.create("t", "crm", WANTED, other)


@pytest.mark.parametrize("other", [ASKED._replace(id="r-2"), IdempotentRequest()])
async def test_another_call_finds_that_the_name_is_taken(at: Arranged, other: IdempotentRequest) -> None:
    await at.subscriptions.create("t", "crm", WANTED, ASKED)

    with pytest.raises(AlreadyExists, match="there is a subscription 'tenants/t/subscriptions/crm' already"):
        await at.subscriptions.create("t", "crm", WANTED, other)


async def test_once_it_was_changed_it_is_not_what_the_call_made(at: Arranged) -> None:
    await at.subscriptions.create("t", "crm", WANTED, ASKED)
    await at.subscriptions.pause("t", "crm", paused=True)

    with pytest.raises(AlreadyExists, match="already"):
        await at.subscriptions.create("t", "crm", WANTED, ASKED)


async def test_what_was_made_is_written_once_more_before_it_is_answered_for_replicas_may_lack_it(at: Arranged) -> None:
    await at.subscriptions.create("t", "crm", WANTED, ASKED)
    before = at.records.n_puts

    await at.subscriptions.create("t", "crm", WANTED, ASKED)

    assert at.records.n_puts == before + 1


async def test_a_key_that_changes_forgets_no_call_until_it_is_gone(tmp_path: Path) -> None:
    at, other = Arranged(tmp_path), tmp_path / "keys"
    made = await at.subscriptions.create("t", "crm", WANTED, ASKED)
    newer, older = "n" * 32, other.read_text()

    other.write_text(f"{newer}\n{older}")
    again = await at.with_keys(other).create("t", "crm", WANTED, ASKED)
    assert again.secret == made.secret

    other.write_text(newer)
    with pytest.raises(AlreadyExists, match="already"):
        await at.with_keys(other).create("t", "crm", WANTED, ASKED)


async def test_a_call_is_remembered_for_a_while(tmp_path: Path) -> None:
    at = Arranged(tmp_path, ttl_s=-1)
    await at.subscriptions.create("t", "crm", WANTED, ASKED)

    with pytest.raises(AlreadyExists, match="already"):
        await at.subscriptions.create("t", "crm", WANTED, ASKED)


async def test_a_channel_is_made_once_however_often_that_is_sent(at: Arranged) -> None:
    wanted = ChannelChange("https://a.example/x")
    made = await at.channels.create("t", "bot", ChannelKind.WECOM, wanted, ASKED)

    assert await at.channels.create("t", "bot", ChannelKind.WECOM, wanted, ASKED) == replace(made, is_new=False)
    with pytest.raises(RequestIdReused):
        await at.channels.create("t", "bot", ChannelKind.WECOM, wanted, ASKED._replace(content=b""))
