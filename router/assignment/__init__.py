"""The decision: who may have a work item, and who gets it.

``roster`` filters, ``planner`` turns rules and roster into attempts, with what it has in its ``plan_memo``, ``ledger``
and ``choice`` pick (as the store's script does), ``commands`` is what the store is asked to do. ``service`` holds the
use cases; before, ``enrichment`` fills in what is known of customers, ``arrivals`` when work items came;
``planner_cache`` keeps revisions at hand, ``queries`` and ``explanation`` look back. ``ports``.
"""
