"""The subscriptions or channels of tenants, changed as AIP's standard methods say: nobody overwrites another's change.

References
----------
AIP-133 to AIP-135 and AIP-154 (etags), https://google.aip.dev.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic

from failures import AlreadyExists, NotFound, StaleEtag
from notifications.errors import TooManyRecords
from notifications.ports import DeliveryBook, KeptRecord, Record, RecordStore

_TRIES = 5


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
    most
        How many a tenant may have.
    """

    def __init__(self, collection: str, kind: str, records: RecordStore[Record], book: DeliveryBook, most: int) -> None:
        self._collection = collection
        self._kind = kind
        self._records: RecordStore[Record] = records
        self._book = book
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

    async def create(self, tenant: str, record: Record, *, preview: bool) -> KeptRecord[Record]:
        """Write one that is new, and begin with it.

        Raises
        ------
        AlreadyExists
            If there is one of its id.
        TooManyRecords
            If the tenant has as many as it may have.
        """
        present = await self._records.all(tenant)
        if record.id in present:
            raise AlreadyExists(self._kind, self.name(tenant, record.id))
        if len(present) >= self._most:
            raise TooManyRecords(f"tenants/{tenant}", self._collection, self._most)
        if preview:
            return KeptRecord(record, "")
        etag = await self._records.put(tenant, record.id, record, "")
        if etag is None:
            raise AlreadyExists(self._kind, self.name(tenant, record.id))
        await self._book.begin(tenant, record.id)
        return KeptRecord(record, etag)

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
