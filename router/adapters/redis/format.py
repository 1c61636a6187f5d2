"""The format of what is stored of a tenant, a number that stands in its ``revisions``.

====== =====================================================================================================
format what is new
====== =====================================================================================================
1      nothing is written down; what Fairlead 0.1 wrote
2      events name their format and begin with their time; records have ``version`` and ``content``; an index
       of work items by owner
3      all spellings of a work item's source and external id lead to it, see ``router.model.identity``
4      who is away stands in ``presence`` and in the log; decisions, ``decision.3``, keep who had no room for another
       reason than capacity; ``loads`` counts what is open by pool too, and ``counts`` what was given under caps
5      a work item's record has places behind what fired of its timers, see ``scripts/item.lua``; a ledger says what
       was received apart, ``a:REP``, and by override, ``o:REP``; ``loads`` counts what of it was worked on too, and
       ``dated`` has what has a next date
6      a record says where its work item stands in a process, where that does not follow from when it came, and
       ``updated.2`` which stage it entered; ``processes`` holds what is published of them, ``process.1`` says when;
       a step of a deadline that was reached is ``fired.3``, which names the revision of the workforce by which it is
       told, and of one that gives its work item to somebody else the head of the decision says which it is; the zset
       of a customer has all their work items, by first event, and not only those in which something is sealed;
       ``digest.1`` is a list of what falls due that a rep was told, and ``digests`` says which were the last
7      a rep's record may have ``channels``; a process may name channels where its steps tell somebody, have them told
       at any hour, and give deadlines titles: an older server would fail on the first, and drop the others
====== =====================================================================================================

Every script refuses a store of another format, but for the one that keeps scores, which are the same in all. What is
older is brought up to date when a server starts, see ``router.adapters.redis.upgrade``; what is newer is left to a
newer Fairlead. Servers of one format can be replaced one by one; across formats all are stopped first.
"""

from __future__ import annotations

from typing import Any

from router.model.errors import FormatMismatch

FORMAT = 7


def check_reply(tenant: str, reply: list[Any]) -> None:
    """Look at the answer of a script.

    Raises
    ------
    FormatMismatch
        If the script would not touch the store.
    """
    if reply[0] == b"FORMAT":
        raise FormatMismatch(f"tenants/{tenant}", int(reply[1]), FORMAT)
