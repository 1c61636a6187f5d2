"""Clients and balancers that ask whether their connection lives."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import pytest

from fairlead.v1 import routing_pb2 as routing
from tests.integration.clients.arranging import serving

pytestmark = pytest.mark.long
_EVERY_TEN_SECONDS = (
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.use_local_subchannel_pool", 1),  # a connection of its own
)
_FOUR_PINGS_S = 45
"""gRPC's own limit, a ping in five minutes, is passed with the third."""


async def test_pings_every_ten_seconds_end_neither_a_watch_nor_an_idle_connection(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as service:
        address = service.address
        watching = grpc.aio.insecure_channel(address, options=_EVERY_TEN_SECONDS)
        idle = grpc.aio.insecure_channel(address, options=_EVERY_TEN_SECONDS)
        async with watching, idle:
            await idle.channel_ready()
            watch = watching.unary_stream(
                "/fairlead.v1.RoutingService/WatchWorkItems",
                request_serializer=routing.WatchWorkItemsRequest.SerializeToString,
                response_deserializer=routing.WatchWorkItemsResponse.FromString,
            )(routing.WatchWorkItemsRequest(parent="tenants/default"))
            await watch.read()

            ended, changed = asyncio.ensure_future(watch.read()), asyncio.ensure_future(_left(idle))
            finished, waiting = await asyncio.wait({ended, changed}, timeout=_FOUR_PINGS_S)

            assert not finished
            for future in waiting:
                future.cancel()


async def _left(channel: grpc.aio.Channel) -> None:
    await channel.wait_for_state_change(grpc.ChannelConnectivity.READY)
