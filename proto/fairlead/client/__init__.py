"""A client for programs: ``from fairlead.client import FairleadClient``.

    with FairleadClient("127.0.0.1:50051") as fairlead:
        decision = fairlead.route({"region": "华东", "potential": 80}, source="crm", external_id="L-1")
        print(decision.rep)

Names may be written in full (``tenants/default/reps/anna``) or as their last part (``anna``). Answers are the
messages of ``fairlead.v1``. Each change is sent with a fresh ``request_id``, so that repeating it after a lost
answer is the same change; what fails for good raises ``FairleadError``.

Each module here holds the calls of one service, ``calls`` what they share.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import grpc

from fairlead.access import Access
from fairlead.client.activities import ActivityCalls
from fairlead.client.calendars import CalendarCalls
from fairlead.client.caps import CapCalls
from fairlead.client.decisions import DecisionCalls
from fairlead.client.deliveries import DeliveryCalls
from fairlead.client.intake import IntakeCalls
from fairlead.client.models import ModelCalls
from fairlead.client.privacy import PrivacyCalls
from fairlead.client.processes import ProcessCalls
from fairlead.client.queue import QueueCalls
from fairlead.client.routing import RoutingCalls, work_item
from fairlead.client.rules import RuleCalls
from fairlead.client.scoring import ScoringCalls
from fairlead.client.workforce import WorkforceCalls
from fairlead.connection import Connection
from fairlead.errors import FairleadError
from fairlead.operations import Operations
from fairlead.retries import Retries

__all__ = ["Access", "FairleadClient", "FairleadError", "work_item"]


class FairleadClient(
    RoutingCalls, ActivityCalls, QueueCalls, WorkforceCalls, CalendarCalls, CapCalls, RuleCalls, ProcessCalls,
    DecisionCalls, ScoringCalls, ModelCalls, PrivacyCalls, DeliveryCalls,
    IntakeCalls,
):  # fmt: skip
    """A connection to the service for one tenant; safe to share between threads.

    Parameters
    ----------
    address
        ``host:port``.
    tenant
        Whose work items, reps and rules.
    credentials
        For TLS: ``grpc.ssl_channel_credentials(…)``; absent: as ``access`` says.
    access
        Token and certificates; absent: an open connection, and nothing shown.
    timeout_s
        How long one try of a call may take, in seconds.
    retries
        When calls are repeated; for up to 30 seconds by default.

    Attributes
    ----------
    operations
        Operations: trains and rescores, follows and cancels.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        tenant: str = "default",
        *,
        credentials: grpc.ChannelCredentials | None = None,
        access: Access | None = None,
        timeout_s: float = 10.0,
        retries: Retries | None = None,
    ) -> None:
        connection = Connection(address, access or Access(), credentials, timeout_s, retries or Retries())
        super().__init__(connection, f"tenants/{tenant}")
        self.operations = Operations(connection, self.parent)

    def reach(self) -> None:
        """Try once whether a service answers; other calls wait for one that is being started.

        Raises
        ------
        FairleadError
            At once, if nobody does.
        """
        self._connection.reach()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
