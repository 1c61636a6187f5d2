"""Traces of what is told outside: what was asked for stands in them, and nothing that is secret or personal."""

from __future__ import annotations

from pathlib import Path

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fairlead.v1 import deliveries_pb2 as deliveries
from serving.wiring import Service
from store.embedded.server import EmbeddedServer
from store.scripts import watch_scripts
from telemetry.traces import Traces
from tests.api import EVERYONE, connected
from tests.conftest import settings
from tests.integration.notifications.arranging import SECRET, chosen, open_channel, subscribe
from tests.integration.notifications.test_webhooks import until
from tests.receivers import Receiver, takes

NOTE, TOKEN = "Mr Wang of 139-4242-4242 signs", "planted-token-of-an-address"


async def test_no_span_holds_a_secret_an_address_or_what_was_sent(
    own_store: EmbeddedServer, tenant: str, tmp_path: Path
) -> None:
    exporter = InMemorySpanExporter()
    traces = Traces(exporter)
    service = Service(settings(own_store.url, deliveries=chosen(tmp_path)), own_store.url, [traces])
    address = await service.start("127.0.0.1:0")
    watch_scripts(traces.script)
    try:
        async with Receiver(takes) as receiver, connected(address, tenant, own_store.url) as api:
            await api.hire("ann")
            await api.pool("everyone", ["ann"])
            await api.adopt(EVERYONE)
            await subscribe(api, url=f"{receiver.url}?key={TOKEN}", secret=SECRET, role="service")
            await open_channel(api, secret=SECRET)
            test = deliveries.TestSubscriptionRequest(name=f"{api.parent}/subscriptions/crm")
            assert (await api.deliveries.TestSubscription(test)).delivered
            lead = await api.route("L-1")
            await api.complete(lead.work_item)
            await api.reopen(lead.work_item, reason=NOTE)
            await until(lambda: NOTE.encode() in b"".join(each.body for each in receiver.received))
    finally:
        await service.drain()
        watch_scripts(None)
        traces.close()

    spans = "\n".join(span.to_json() for span in exporter.get_finished_spans())
    assert "fairlead.v1.DeliveryService/CreateSubscription" in spans
    assert not [planted for planted in (SECRET, TOKEN, NOTE) if planted in spans]
