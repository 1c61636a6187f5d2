"""The subscriptions or channels of tenants, changed as AIP's standard methods say: nobody overwrites another's change.

References
----------
AIP-133 to AIP-135 and AIP-154 (etags), https://google.aip.dev.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Generic, TypeVar

from failures import AlreadyExists, NotFound, StaleEtag
from notifications.channels import Channel
from notifications.errors import TooManyRecords
from notifications.ports import DeliveryBook, KeptRecord, RecordStore
from notifications.service.requests import NOT_REPEATED, IdempotentRequest, Requests
from notifications.subscriptions import Subscription

_TRIES = 5

Record = TypeVar("Record", Subscription, Channel)


class Register(Generic[Record]):
    """Reads and changes records of one kind.

    Parameters
    ----------
    collection, kind
        How their names say it, ``subscriptions``, and what one is called, ``subscription``.
    records
        Where they are kept.
    book
        What is kept of what they were told.
    requests
        What tells a call that is sent again.
    most
        How many a tenant may have.
    """

    def __init__(
        self,
        collection: str,
        kind: str,
        records: RecordStore[Record],
        book: DeliveryBook,
        requests: Requests,
        most: int,
    ) -> None:
        self._collection = collection
        self._kind = kind
        self._records: RecordStore[Record] = records
        self._book = book
        self._requests = requests
        self._most = most

    def name(self, tenant: str, record_id: str) -> str:
        """Return the name of one in full."""
        return f"tenants/{tenant}/{self._collection}/{record_id}"

    async def get(self, tenant: str, record_id: str) -> KeptRecord[Record]:
        """Return one.

        Raises
        ------
        NotFound
            If there is none.
        """
        kept = await self._records.get(tenant, record_id)
        if kept is None:
            raise NotFound(self._kind, self.name(tenant, record_id))
        return kept

    async def page(self, tenant: str, after: str, count: int) -> tuple[list[KeptRecord[Record]], str]:
        """Return those behind an id, and the id behind which the next page begins; empty: there is none."""
        kept = [each for record_id, each in (await self._records.all(tenant)).items() if record_id > after]
        return kept[:count], kept[count - 1].record.id if len(kept) > count else ""

    async def create(
        self, tenant: str, record: Record, request: IdempotentRequest = NOT_REPEATED, *, preview: bool
    ) -> KeptRecord[Record]:
        """Write one that is new, and begin with it; the same call again returns it, until it is changed.

        Raises
        ------
        AlreadyExists
            If there is one of its id that another call made.
        RequestIdReused
            If there is, made by a call of the same id.
        TooManyRecords
            If the tenant has as many as it may have.
        """
        present = await self._records.all(tenant)
        if record.id in present:
            return await self._made_before(tenant, record.id, request)
        if len(present) >= self._most:
            raise TooManyRecords(f"tenants/{tenant}", self._collection, self._most)
        if preview:
            return KeptRecord(record, "")
        made = replace(record, request=self._requests.kept(self.name(tenant, record.id), request))
        etag = await self._records.put(tenant, record.id, made, "")
        if etag is None:
            return await self._made_before(tenant, record.id, request)
        await self._book.begin(tenant, record.id)
        return KeptRecord(made, etag, is_new=True)

    async def _made_before(self, tenant: str, record_id: str, request: IdempotentRequest) -> KeptRecord[Record]:
        """Return one that the same call made, once it lasts: replicas may not have had it when that was refused."""
        name = self.name(tenant, record_id)
        kept = await self._records.get(tenant, record_id)
        if kept is None or not self._requests.is_repeated(name, kept.record.request, request):
            raise AlreadyExists(self._kind, name)
        etag = await self._records.put(tenant, record_id, kept.record, kept.etag)
        if etag is None:  # somebody changed it meanwhile
            raise AlreadyExists(self._kind, name)
        await self._book.begin(tenant, record_id)  # the first call may not have come so far
        return KeptRecord(kept.record, etag)

    async def change(
        self,
        tenant: str,
        record_id: str,
        changed: Callable[[Record], Awaitable[Record]],
        etag: str = "",
        *,
        preview: bool = False,
    ) -> KeptRecord[Record]:
        """Write what becomes of one; where others change it meanwhile, what becomes of theirs.

        Parameters
        ----------
        etag
            What it must be; empty: whatever it is.

        Raises
        ------
        NotFound
            If there is none.
        StaleEtag
            If it is another, or others change it all the time.
        """
        for _ in range(_TRIES):
            kept = await self._current(tenant, record_id, etag)
            record = await changed(kept.record)
            if preview or record == kept.record:
                return KeptRecord(record, kept.etag)
            record = replace(record, request="")  # the call that made it would not be answered with this
            written = await self._records.put(tenant, record_id, record, kept.etag)
            if written is not None:
                return KeptRecord(record, written)
        raise StaleEtag(self.name(tenant, record_id), "others change it all the time: try again")

    async def delete(self, tenant: str, record_id: str, etag: str, *, preview: bool) -> None:
        """Delete one, with all that is kept of what it was told; as ``change``."""
        for _ in range(_TRIES):
            kept = await self._current(tenant, record_id, etag)
            if preview:
                return
            if await self._records.put(tenant, record_id, None, kept.etag) is not None:
                await self._book.forget(tenant, record_id)
                return
        raise StaleEtag(self.name(tenant, record_id), "others change it all the time: try again")

    async def _current(self, tenant: str, record_id: str, etag: str) -> KeptRecord[Record]:
        kept = await self.get(tenant, record_id)
        if etag and etag != kept.etag:
            raise StaleEtag(self.name(tenant, record_id), f"its etag is {kept.etag}: get it anew")
        return kept
