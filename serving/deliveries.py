"""Deliveries of one process, connected: subscriptions and channels on the store, and the one way out."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from failures import NotPossible
from gateway.grpc.masking import SEERS
from notifications.adapters.redis.records import channels_on, subscriptions_on
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.attempts import Attempt
from notifications.channels import Channel
from notifications.deliveries import Delivery, ReceiverStatus, Redriven
from notifications.outbound.client import Outbound
from notifications.ports import Counted, DeliveryFilter, uncounted
from notifications.rpc.deliveries import DeliveryServicer
from notifications.service.addresses import Sealed, check_mail
from notifications.service.channels import ChannelService
from notifications.service.deliveries import DeliveryQueries, ReceiverKind
from notifications.service.subscriptions import SubscriptionService
from notifications.webhooks.deliverer import Deliverer
from notifications.webhooks.deliveries import WebhookDeliveries
from notifications.webhooks.parking import RetryWaits
from notifications.webhooks.ports import ChangeFeed, DeliveryLease, Tenants
from notifications.webhooks.runner import WebhookRunner
from notifications.webhooks.sender import SubscriptionTester, WebhookSender
from serving.delivery_settings import DeliverySettings
from store.clients import RedisClient

if TYPE_CHECKING:
    from telemetry.metrics import Metrics


class Deliveries:
    """All of them: who is told, what became of it, and the servicer that shows both.

    Parameters
    ----------
    settings
        What the operator chose.
    redis
        The store.
    feed
        The changes that subscriptions are sent.
    tenants, lease
        Whose they are, and who delivers them.
    metrics
        What counts tries; None: nobody asked for it.
    """

    def __init__(
        self,
        settings: DeliverySettings,
        redis: RedisClient,
        feed: ChangeFeed,
        tenants: Tenants,
        lease: DeliveryLease,
        metrics: Metrics | None,
    ) -> None:
        self.outbound = Outbound(settings.networks)
        self.subscriptions, self.channels = subscriptions_on(redis), channels_on(redis)
        kept = RedisDeliveries(redis)
        sender = WebhookSender(self.outbound, settings.secrets, _counted(metrics, ReceiverKind.SUBSCRIPTION))
        waits = RetryWaits(settings.first_retry_s, SystemRandom().random)
        deliverer = Deliverer(feed, kept, sender, waits)
        self.webhook_runner = WebhookRunner(deliverer, feed, kept, self.subscriptions, tenants, lease)
        webhooks, messages = WebhookDeliveries(kept, feed, self.subscriptions), _NothingTold()
        sealed, mail = Sealed(settings.secrets, self.outbound.check), Sealed(settings.secrets, check_mail)
        self.told = DeliveryQueries(
            {ReceiverKind.SUBSCRIPTION: webhooks, ReceiverKind.CHANNEL: messages},
            {ReceiverKind.SUBSCRIPTION: self.subscriptions, ReceiverKind.CHANNEL: self.channels},
        )
        self.servicer = DeliveryServicer(
            SubscriptionService(self.subscriptions, webhooks, sealed, SubscriptionTester(sender, feed), SEERS),
            ChannelService(self.channels, messages, sealed, mail, _Untried()),
            self.told,
        )


def _counted(metrics: Metrics | None, receivers: ReceiverKind) -> Counted:
    """Return what counts the tries of a kind of receivers."""
    if metrics is None:
        return uncounted

    def counted(tenant: str, attempt: Attempt) -> None:
        metrics.attempted(tenant, receivers, attempt.ended.lower())

    return counted


class _NothingTold:
    """A ``notifications.ports.DeliveryBook`` as long as nothing is delivered."""

    async def deliveries(
        self, _tenant: str, _wanted: DeliveryFilter, _before: tuple[int, str] | None, _count: int
    ) -> list[Delivery]:
        return []

    async def standing(self, _tenant: str, _receiver: str) -> ReceiverStatus:
        return ReceiverStatus()

    async def redrive(self, _tenant: str, _receiver: str, _item_id: str) -> Redriven:
        return Redriven()

    async def begin(self, _tenant: str, _receiver: str) -> None:
        pass

    async def forget(self, _tenant: str, _receiver: str) -> None:
        pass


class _Untried:
    async def send_test(self, _tenant: str, record: Channel) -> Attempt:
        raise NotPossible(record.id, "it cannot be tried yet")
