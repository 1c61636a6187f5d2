"""On which clocks commands show instants: the tenant's, each with its offset, or those of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.client import FairleadClient, FairleadError
from router.cli.labels import label
from router.wording.languages import Language


@dataclass(frozen=True, slots=True)
class Clock:
    """Shows instants; ``zone`` is what to call it."""

    zone: str = "UTC"

    @classmethod
    def of(cls, client: FairleadClient, *, utc: bool) -> Clock:
        """Ask for the tenant's; whoever may not know it is shown UTC."""
        if utc:
            return cls()
        try:
            return cls(client.get_tenant().time_zone)
        except FairleadError as error:
            if error.code is not grpc.StatusCode.PERMISSION_DENIED:
                raise
            return cls()

    @property
    def title(self) -> str:
        """What stands above a table with instants."""
        return self.told(Language.EN)

    def told(self, language: Language) -> str:
        """Say on which clocks instants are."""
        return label("times of", language, zone=self.zone)

    @property
    def _clock(self) -> tzinfo:
        return UTC if self.zone == "UTC" else ZoneInfo(self.zone)

    def instant(self, moment: datetime | None) -> datetime | None:
        """Return an instant in UTC: what these clocks show, where a moment has no zone.

        Examples
        --------
        >>> str(Clock("Asia/Shanghai").instant(datetime(2026, 11, 28)))
        '2026-11-27 16:00:00+00:00'
        """
        if moment and not moment.tzinfo:
            moment = moment.replace(tzinfo=self._clock)
        return moment and moment.astimezone(UTC)

    def at(self, moment: datetime, digits: str = "seconds") -> str:
        """Write an instant, with its offset.

        Examples
        --------
        >>> Clock("Asia/Shanghai").at(datetime(2026, 10, 8, 1, 30, tzinfo=UTC))
        '2026-10-08 09:30:00+08:00'
        """
        return moment.astimezone(self._clock).isoformat(" ", digits)

    def at_ms(self, at_ms: int) -> str:
        """Write an instant in milliseconds since 1970, with its offset."""
        return self.at(datetime.fromtimestamp(at_ms / 1000, UTC))

    def shown(self, stamp: Timestamp, digits: str = "seconds") -> str:
        """Write an instant of a message, with its offset."""
        return self.at(stamp.ToDatetime(UTC), digits)
