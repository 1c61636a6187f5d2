"""Deliveries of one process, connected: subscriptions and channels on the store, and the one way out."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING

from background.leadership import LeaderLease
from gateway.calls.masking import SEERS
from notifications.adapters.redis.known_channels import KnownChannels
from notifications.adapters.redis.outbox import RedisOutbox
from notifications.adapters.redis.records import channels_on, subscriptions_on, templates_on
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.attempts import DeliveryAttempt
from notifications.backoff import RetryWaits
from notifications.messages.dispatcher import ChannelTester, Dispatcher
from notifications.messages.mail import Mailer
from notifications.messages.runner import MessageRunner
from notifications.messages.sending import Sender
from notifications.messages.ways import Ways
from notifications.outbound.client import Outbound
from notifications.ports import Counted, uncounted
from notifications.rpc.deliveries import DeliveryServicer
from notifications.service.addresses import Sealed, check_mail
from notifications.service.channels import ChannelService
from notifications.service.deliveries import DeliveryQueries, ReceiverKind
from notifications.service.subscriptions import SubscriptionService
from notifications.service.templates import TemplateService
from notifications.webhooks.deliverer import Deliverer
from notifications.webhooks.deliveries import WebhookDeliveries
from notifications.webhooks.ports import ChangeFeed, Tenants
from notifications.webhooks.runner import WebhookRunner
from notifications.webhooks.sender import SubscriptionTester, WebhookSender
from serving.delivery_settings import DeliverySettings
from serving.logged_telling import LoggedTelling
from serving.people import OutboxTelling, People
from serving.templates import TEMPLATE_NAMES, shipped_templates
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
    people
        Who is told by channels, and in which words.
    tenants, lease
        Whose they are, and who delivers them.
    metrics
        What counts tries; None: nobody asked for it.
    request_ttl_s
        How long what made a subscription or channel may be sent again.
    """

    def __init__(
        self,
        settings: DeliverySettings,
        redis: RedisClient,
        feed: ChangeFeed,
        people: People,
        tenants: Tenants,
        lease: LeaderLease,
        metrics: Metrics | None,
        request_ttl_s: int,
    ) -> None:
        self.outbound = Outbound(settings.networks)
        self.subscriptions, self.channels = subscriptions_on(redis), channels_on(redis)
        kept = RedisDeliveries(redis)
        sender = WebhookSender(self.outbound, settings.secrets, _counted(metrics, ReceiverKind.SUBSCRIPTION))
        self._connect_messages(settings, redis, feed, tenants, people, lease, metrics)
        deliverer = Deliverer(feed, kept, self.subscriptions, sender, _waits(settings))
        self.webhook_runner = WebhookRunner(deliverer, feed, kept, self.subscriptions, tenants, lease)
        webhooks, messages = WebhookDeliveries(kept, feed, self.subscriptions), self.outbox
        sealed, mail = Sealed(settings.secrets, self.outbound.check), Sealed(settings.secrets, check_mail)
        self.told = DeliveryQueries(
            {ReceiverKind.SUBSCRIPTION: webhooks, ReceiverKind.CHANNEL: messages},
            {ReceiverKind.SUBSCRIPTION: self.subscriptions, ReceiverKind.CHANNEL: self.channels},
        )
        self.servicer = DeliveryServicer(
            SubscriptionService(
                self.subscriptions, webhooks, sealed, SubscriptionTester(sender, feed), SEERS, request_ttl_s
            ),
            ChannelService(self.channels, messages, sealed, mail, self._channel_tester, people, request_ttl_s),
            TemplateService(templates_on(redis), TEMPLATE_NAMES, shipped_templates),
            self.told,
        )

    def _connect_messages(
        self,
        settings: DeliverySettings,
        redis: RedisClient,
        feed: ChangeFeed,
        tenants: Tenants,
        people: People,
        lease: LeaderLease,
        metrics: Metrics | None,
    ) -> None:
        """Connect channels."""
        known = KnownChannels(redis, TEMPLATE_NAMES)
        self.outbox = RedisOutbox(redis, Ways(people, known).reached)
        mailer = Mailer(settings.mail) if settings.mail else None
        sender = Sender(self.outbound, settings.secrets, mailer, _counted(metrics, ReceiverKind.CHANNEL))
        dispatcher = Dispatcher(self.outbox, people, people, known, sender, _waits(settings))
        self.message_runner = MessageRunner(dispatcher, self.outbox, tenants.tenants, lease)
        self._channel_tester = ChannelTester(sender, known, feed.now_ms)
        self.telling = OutboxTelling(self.outbox, known, people, LoggedTelling())


def _waits(settings: DeliverySettings) -> RetryWaits:
    return RetryWaits(settings.first_retry_s, SystemRandom().random)


def _counted(metrics: Metrics | None, receivers: ReceiverKind) -> Counted:
    """Return what counts the tries of a kind of receivers."""
    if metrics is None:
        return uncounted

    def counted(tenant: str, attempt: DeliveryAttempt) -> None:
        metrics.attempted(tenant, receivers, attempt.status.lower())

    return counted
