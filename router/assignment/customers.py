"""Whose work items are, by what they say themselves. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from router.model.workitem import Kind, WorkItem
from router.rules.route import KnownCustomer


def customer_of(known_customer: KnownCustomer | None, item: WorkItem) -> str:
    """Return the id of a work item's customer; empty if the rules do not say where it stands, or it is not there.

    A work item of the kind CUSTOMER is the customer itself.
    """
    customer = item.attributes.get(known_customer.id) if known_customer else None
    if isinstance(customer, str) and customer:
        return customer
    return item.external_id if item.kind is Kind.CUSTOMER else ""


class CustomerMove(NamedTuple):
    """How a work item moves in the index of customers: whose it is from now on, and whose no more; empty: nobody's."""

    joins: str = ""
    leaves: str = ""


def move_of(
    known_customer: KnownCustomer | None, item: WorkItem, before: WorkItem | None = None
) -> CustomerMove | None:
    """Return how a work item moves that comes, or becomes another than it was ``before``; None: it stays where it is.

    Where the rules name no customer nobody's work items are kept.

    Examples
    --------
    >>> item = WorkItem(Kind.LEAD, attributes={"customer": "C-1"})
    >>> move_of(KnownCustomer("customer"), item)
    CustomerMove(joins='C-1', leaves='')
    >>> move_of(KnownCustomer("customer"), item, item), move_of(None, item)
    (None, None)
    """
    if known_customer is None:
        return None
    move = CustomerMove(customer_of(known_customer, item), customer_of(known_customer, before) if before else "")
    return None if move.joins == move.leaves else move


def names_customer(item: WorkItem, fields: Collection[str], customer: str) -> bool:
    """Say whether a work item is a customer's, who may be named in any of some fields; see ``customer_of``."""
    return any(customer_of(KnownCustomer(field), item) == customer for field in fields) or (
        not fields and customer_of(None, item) == customer
    )
