"""Subscriptions over a real server: made, shown without what is secret, changed, paused and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from redis.asyncio import Redis

from fairlead.v1 import deliveries_pb2 as deliveries
from tests.api import Api, connected, violated_fields
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gateway.auth.test_who_may import showing
from tests.integration.notifications.arranging import HOOK, SECRET, delivering, subscribe

Subscription = deliveries.Subscription
OTHER_SECRET = "whsec_" + "b3RoZXItc2VjcmV0" * 2


@pytest.fixture
async def told(store: Any, tenant: str, tmp_path: Path) -> AsyncIterator[Api]:
    async with delivering(store, tenant, tmp_path) as api:
        yield api


def name_of(api: Api, subscription_id: str = "crm") -> str:
    return f"{api.parent}/subscriptions/{subscription_id}"


async def got(api: Api, subscription_id: str = "crm") -> Subscription:
    request = deliveries.GetSubscriptionRequest(name=name_of(api, subscription_id))
    found: Subscription = await api.deliveries.GetSubscription(request)
    return found


async def updated(api: Api, *paths: str, subscription_id: str = "crm", **fields: Any) -> Subscription:
    options = {option: fields.pop(option) for option in ("retire_secrets", "validate_only") if option in fields}
    subscription = Subscription(name=name_of(api, subscription_id), **fields)
    request = deliveries.UpdateSubscriptionRequest(subscription=subscription, update_mask={"paths": paths}, **options)
    changed: Subscription = await api.deliveries.UpdateSubscription(request)
    return changed


async def tried(api: Api) -> deliveries.TestDeliveryResponse:
    request = deliveries.TestSubscriptionRequest(name=name_of(api))
    ended: deliveries.TestDeliveryResponse = await api.deliveries.TestSubscription(request)
    return ended


async def test_a_secret_is_made_and_shown_once(told: Api) -> None:
    made = await subscribe(told)

    assert made.secret.startswith("whsec_")
    assert (await got(told)).secret == ""
    assert (made.name, made.state, made.secret_count) == (name_of(told), Subscription.STATE_ACTIVE, 1)


async def test_a_secret_of_the_callers_own_is_never_shown(told: Api) -> None:
    made = await subscribe(told, secret=SECRET)
    listed = await told.deliveries.ListSubscriptions(deliveries.ListSubscriptionsRequest(parent=told.parent))

    assert (made.secret, made.secret_count) == ("", 1)
    assert listed.subscriptions == [made]


async def test_of_an_address_nothing_is_shown_behind_its_host(told: Api) -> None:
    made = await subscribe(told)

    assert made.url == "http://127.0.0.1:9/…"
    assert (await got(told)).url == made.url


async def test_the_store_holds_neither_address_nor_secret(told: Api) -> None:
    await subscribe(told, secret=SECRET)

    async with Redis.from_url(told.redis_url) as redis:
        kept = await redis.hgetall(f"fairlead:{{{told.tenant}}}:notifications")
    assert list(kept) == [b"subscription/crm"]
    assert not any(secret in kept[b"subscription/crm"] for secret in (b"s3cr3t", b"127.0.0.1", SECRET[6:].encode()))


async def test_what_is_checked_alone_is_not_written(told: Api) -> None:
    checked = await subscribe(told, validate_only=True)

    assert (checked.secret, checked.etag) == ("", "")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await got(told)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_an_id_stands_for_one_subscription(told: Api) -> None:
    made = await subscribe(told, request_id="r-1")

    assert await subscribe(told, request_id="r-1") == made, "who lost the answer is shown the secret again"
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await subscribe(told, url="http://127.0.0.1:10/")
    assert refusal.value.code() is grpc.StatusCode.ALREADY_EXISTS


async def test_two_secrets_sign_until_the_one_before_is_retired(told: Api) -> None:
    await subscribe(told)

    assert (await updated(told, "secret", secret=SECRET)).secret_count == 2
    assert (await updated(told, "secret", secret=SECRET)).secret_count == 2, "a repeated request changes nothing"
    assert (await updated(told, "secret", secret=OTHER_SECRET)).secret_count == 2
    assert (await updated(told, retire_secrets=True)).secret_count == 1


async def test_an_update_that_asks_for_a_secret_shows_the_one_that_was_made(told: Api) -> None:
    first = await subscribe(told)

    second = await updated(told, "secret")

    assert second.secret.startswith("whsec_")
    assert second.secret != first.secret


async def test_a_mask_names_what_changes_and_the_rest_stays(told: Api) -> None:
    before = await subscribe(told, event_types=["closed", "decision"], role="manager")

    after = await updated(told, "event_types", event_types=["activity"], role="rep", url="http://127.0.0.1:10/")

    assert ([*after.event_types], after.role, after.url) == (["activity"], "manager", before.url)
    assert after.etag != before.etag


async def test_without_a_mask_what_is_set_changes(told: Api) -> None:
    await subscribe(told, event_types=["closed"])

    after = await updated(told, role="operator")

    assert ([*after.event_types], after.role) == (["closed"], "operator")


async def test_an_update_to_what_it_is_changes_no_etag(told: Api) -> None:
    before = await subscribe(told, role="operator")

    assert (await updated(told, "url", "role", url=HOOK, role="operator")).etag == before.etag


async def test_what_was_shown_can_be_sent_back_with_a_change(told: Api) -> None:
    shown = await subscribe(told, secret=SECRET, event_types=["closed"])
    shown.role = "operator"

    request = deliveries.UpdateSubscriptionRequest(subscription=shown)
    changed: Subscription = await told.deliveries.UpdateSubscription(request)

    assert (changed.role, changed.url, changed.secret_count) == ("operator", shown.url, 1)
    ended = await told.deliveries.TestSubscription(deliveries.TestSubscriptionRequest(name=shown.name))
    assert ended.outcome == "CONNECTION_REFUSED", "its address is as it was"


async def test_a_stale_etag_changes_nothing(told: Api) -> None:
    before = await subscribe(told)
    await updated(told, role="operator")

    for call in (
        updated(told, role="rep", etag=before.etag),
        told.deliveries.DeleteSubscription(deliveries.DeleteSubscriptionRequest(name=before.name, etag=before.etag)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await call
        assert refusal.value.code() is grpc.StatusCode.ABORTED
    assert (await got(told)).role == "operator"


async def test_a_paused_subscription_says_so_until_it_goes_on(told: Api) -> None:
    made = await subscribe(told)

    paused = await told.deliveries.PauseSubscription(deliveries.PauseSubscriptionRequest(name=made.name))
    again = await told.deliveries.PauseSubscription(deliveries.PauseSubscriptionRequest(name=made.name))
    resumed = await told.deliveries.ResumeSubscription(deliveries.ResumeSubscriptionRequest(name=made.name))

    states = [each.state for each in (paused, again, resumed)]
    assert states == [Subscription.STATE_PAUSED, Subscription.STATE_PAUSED, Subscription.STATE_ACTIVE]


async def test_what_is_deleted_is_gone_and_its_id_free(told: Api) -> None:
    made = await subscribe(told, role="operator")
    preview = deliveries.DeleteSubscriptionRequest(name=made.name, validate_only=True)

    await told.deliveries.DeleteSubscription(preview)
    assert await got(told)
    await told.deliveries.DeleteSubscription(deliveries.DeleteSubscriptionRequest(name=made.name, etag=made.etag))

    assert (await subscribe(told)).role == ""


async def test_pages_follow_one_another_by_id(told: Api) -> None:
    for each in ("c", "a", "b"):
        await subscribe(told, each)

    first = await told.deliveries.ListSubscriptions(
        deliveries.ListSubscriptionsRequest(parent=told.parent, page_size=2)
    )
    second = await told.deliveries.ListSubscriptions(
        deliveries.ListSubscriptionsRequest(parent=told.parent, page_size=2, page_token=first.next_page_token)
    )

    names = [each.name[-1] for page in (first, second) for each in page.subscriptions]
    assert (names, second.next_page_token) == (["a", "b", "c"], "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": ""}, "subscription.url"),
        ({"url": "ftp://example.com/"}, "subscription.url"),
        ({"url": "http://10.0.0.1/"}, "subscription.url"),
        ({"url": "https://user:pw@example.com/"}, "subscription.url"),
        ({"url": "https://example.com/" + "x" * 10_001}, "subscription.url"),
        ({"url": "https://example.com/\x01"}, "subscription.url"),
        ({"event_types": ["decision", "decisions"]}, "subscription.event_types[1]"),
        ({"role": "boss"}, "subscription.role"),
        ({"secret": "s3cr3t"}, "subscription.secret"),
        ({"secret": "whsec_AAAA"}, "subscription.secret"),
        ({"secret": "whsec_" + "A" * 10_001}, "subscription.secret"),
        ({"secret": "whsec_\n" + "A" * 32}, "subscription.secret"),
        ({"subscription_id": ""}, "subscription_id"),
        ({"subscription_id": "a b"}, "subscription_id"),
        ({"subscription_id": "x" * 65}, "subscription_id"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_by_its_field_and_no_secret_is_repeated(
    told: Api, fields: Mapping[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await subscribe(told, **fields)

    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violated_fields(refusal.value) == [field]
    assert len(refusal.value.details() or "") < 400
    assert not any(secret in (refusal.value.details() or "") for secret in ("s3cr3t", "AAAA", "pw@"))


async def test_a_mask_that_names_what_is_not_there_is_refused(told: Api) -> None:
    await subscribe(told)

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await updated(told, "uri", url=HOOK)

    assert violated_fields(refusal.value) == ["update_mask"]


@pytest.mark.parametrize("name", ["crm", "tenants/T/subscriptions/", "tenants/T/channels/crm", ""])
async def test_a_name_of_another_form_is_refused(told: Api, name: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await told.deliveries.GetSubscription(deliveries.GetSubscriptionRequest(name=name))

    assert (refusal.value.code(), violated_fields(refusal.value)) == (grpc.StatusCode.INVALID_ARGUMENT, ["name"])


async def test_without_a_key_secrets_are_refused_by_name(store: Any, tenant: str) -> None:
    async with serving(store.url) as address, connected(address, tenant, store.url) as api:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await subscribe(api, url="https://192.0.2.1.example/")

    assert refusal.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "FAIRLEAD_SECRETS_KEY_FILE" in (refusal.value.details() or "")


async def test_with_another_key_what_was_kept_is_shown_without_its_address(
    store: Any, tenant: str, tmp_path: Path
) -> None:
    async with delivering(store, tenant, tmp_path) as api:
        await subscribe(api)
    (tmp_path / "another").mkdir()

    async with delivering(store, tenant, tmp_path / "another") as api:
        shown = await got(api)
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await tried(api)
        renewed = await updated(api, "url", "secret", url=HOOK, secret=SECRET)
        ended = await tried(api)

    assert (shown.url, shown.secret_count) == ("", 1)
    assert "put that key back, or set the address and the secret anew" in (refusal.value.details() or "")
    assert (renewed.url, renewed.secret_count) == ("http://127.0.0.1:9/…", 2), "the other waits for its key"
    assert ended.outcome == "CONNECTION_REFUSED"


async def test_nobody_is_sent_what_is_hidden_from_them(store: Any, tenant: str, tmp_path: Path) -> None:
    async with delivering(store, tenant, tmp_path, security=security(tmp_path)) as api:
        manager = showing(api, tenant, bearer("mo", ["manager"], [tenant]))
        operator = showing(api, tenant, bearer("op", ["operator"], [tenant]))
        await subscribe(manager, "theirs", role="manager")
        await subscribe(operator, "masked")

        for call in (
            subscribe(operator, "seeing", role="service"),
            updated(operator, "role", subscription_id="masked", role="rep"),
            updated(operator, "url", subscription_id="theirs", url="http://127.0.0.1:10/"),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await call
            assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
        assert (await updated(operator, "url", subscription_id="theirs", url=HOOK)).role == "manager", "it is as it was"
        assert (await updated(operator, "event_types", subscription_id="theirs", event_types=["closed"])).event_types


async def test_the_log_says_what_was_changed_and_nothing_of_what_is_secret(
    told: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await subscribe(told, secret=SECRET)
    await updated(told, url="http://127.0.0.1:9/hook?key=0th3r")
    await updated(told, "role", role="rep", validate_only=True)
    for wrong in ({"url": "https://10.0.0.1/s3cr3t"}, {"secret": "whsec_s3cr3t"}, {"url": "s3cr3t"}):
        with pytest.raises(grpc.aio.AioRpcError):
            await updated(told, **wrong)
    await told.deliveries.TestSubscription(deliveries.TestSubscriptionRequest(name=name_of(told)))
    await told.deliveries.DeleteSubscription(deliveries.DeleteSubscriptionRequest(name=name_of(told)))

    lines = [record.getMessage() for record in caplog.records if record.name == "fairlead.deliveries"]
    assert lines == [f"{name_of(told)}: {done}" for done in ("created", "changed", "deleted")]
    assert not [secret for secret in ("s3cr3t", "0th3r", SECRET[6:]) if secret in caplog.text]
