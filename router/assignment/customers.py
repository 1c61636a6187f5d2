"""Whose work items are, by what they say themselves. Pure."""

from __future__ import annotations

from collections.abc import Collection

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


def names_customer(item: WorkItem, fields: Collection[str], customer: str) -> bool:
    """Say whether a work item is a customer's, who may be named in any of some fields; see ``customer_of``."""
    return any(customer_of(KnownCustomer(field), item) == customer for field in fields) or (
        not fields and customer_of(None, item) == customer
    )
