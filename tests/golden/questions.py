"""What a service is asked about golden tenants: all that can be read, in an order that does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import grpc

from tests.golden.calls import Json, ask

Question = tuple[str, Json]
_FULL = {"view": "DECISION_VIEW_FULL"}
_STATES = ("READY", "DELAYED", "LEASED", "DEAD")
_AS_OF = "2025-06-01T00:00:00Z"
CUSTOMERS: Sequence[Json] = (
    {"logins": 2, "plan": "plan 0", "paperless": "yes", "spend": 19.25},
    {"logins": 17, "plan": "plan 2", "paperless": "no", "spend": 140},
    {"plan": "plan 9", "spend": -3.5},
    {"logins": 1e6, "paperless": "maybe"},
    {},
)


def answers(channel: grpc.Channel, tenants: Iterable[str]) -> list[Json]:
    """Ask all there is to ask, each question once."""
    asked = [(method, request) for tenant in tenants for method, request in _about(channel, f"tenants/{tenant}")]
    return [ask(channel, method, request) for method, request in [*asked, *_about_models(channel)]]


def of_routing(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    """Yield what routing alone is asked."""
    yield from _workforce(channel, parent)
    yield from _rules(channel, parent)
    yield from _work_items(channel, parent)
    yield from _queue(channel, parent)


def _about(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    yield from of_routing(channel, parent)
    yield from _customers(parent)
    yield from _operations(channel, parent)


def _listed(channel: grpc.Channel, method: str, field: str, **request: str) -> list[str]:
    """Return the names of what a list method lists; nothing where it fails."""
    made = ask(channel, method, {"page_size": 1000, **request})
    return [found["name"] for found in made.get("response", {}).get(field, ())]


def _workforce(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    for kind, field in {"Rep": "reps", "Pool": "pools", "Territory": "territories"}.items():
        plural = f"WorkforceService/List{field.capitalize()}"
        yield plural, {"parent": parent}
        for name in _listed(channel, plural, field, parent=parent):
            yield f"WorkforceService/Get{kind}", {"name": name}
            if kind == "Pool":
                yield "FairnessService/GetFairnessReport", {"pool": name}
    yield "WorkforceService/GetRep", {"name": f"{parent}/reps/nobody"}


def _rules(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    revisions = "RuleService/ListRuleSetRevisions"
    yield revisions, {"parent": parent}
    for name in [*_listed(channel, revisions, "rule_sets", parent=parent), f"{parent}/ruleSets/active"]:
        yield "RuleService/GetRuleSet", {"name": name}


def _work_items(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    items = "RoutingService/ListWorkItems"
    yield items, {"parent": parent, "page_size": 1000}
    yield from _second_page(channel, items, {"parent": parent, "page_size": 3})
    yield "RoutingService/GetWorkItem", {"name": f"{parent}/workItems/crm~L-1"}
    yield items, {"parent": parent, "state": "STATE_QUEUED"}
    decided = set(_listed(channel, "DecisionService/ListDecisions", "decisions", parent=parent))
    for name in _listed(channel, items, "work_items", parent=parent):
        yield "DecisionService/ListDecisions", {"parent": parent, "work_item": name, "page_size": 2}
        decided.add(ask(channel, "RoutingService/GetWorkItem", {"name": name})["response"].get("decision", ""))
    yield from _second_page(channel, "DecisionService/ListDecisions", {"parent": parent, "page_size": 3})
    for name in sorted(decided - {""}):
        yield "DecisionService/GetDecision", {"name": name, **_FULL}


def _second_page(channel: grpc.Channel, method: str, request: Json) -> Iterator[Question]:
    """Ask for a page, and for the one behind its token: tokens that clients hold stay good."""
    yield method, request
    if token := ask(channel, method, request).get("response", {}).get("next_page_token"):
        yield method, {**request, "page_token": token}


def _queue(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    yield "QueueService/GetQueue", {"name": f"{parent}/queue"}
    for state in _STATES:
        request = {"parent": parent, "state": f"STATE_{state}"}
        yield "QueueService/ListSubmissions", request
        yield from _second_page(channel, "QueueService/ListSubmissions", {**request, "page_size": 1})
        for submission in ask(channel, "QueueService/ListSubmissions", request)["response"].get("submissions", ()):
            yield "RoutingService/GetWorkItem", {"name": submission["work_item"]}


def _customers(parent: str) -> Iterator[Question]:
    for number, features in enumerate(CUSTOMERS):
        customer = {"id": f"C-{number}", "features": features, "as_of_time": _AS_OF}
        wish = {"parent": parent, "customer": customer, "locale": ("zh", "en")[number % 2]}
        yield "ScoringService/ScoreCustomer", {**wish, "explain_top_k": 5, "what_if": True}
        yield "ScoringService/FindBestAction", {**wish, "threshold": 0.25}


def _operations(channel: grpc.Channel, parent: str) -> Iterator[Question]:
    yield "Operations/ListOperations", {"name": parent}
    for name in _listed(channel, "Operations/ListOperations", "operations", name=parent):
        yield "Operations/GetOperation", {"name": name}


def _about_models(channel: grpc.Channel) -> Iterator[Question]:
    yield from _operations(channel, "")
    for parent in ("", "models/churn", "tenants/华贸", "tenants/华贸/models/churn"):
        yield "ModelService/ListModels", {"parent": parent}
        for name in _listed(channel, "ModelService/ListModels", "models", parent=parent):
            yield "ModelService/GetModel", {"name": name}
    aliased = [f"models/churn/versions/{alias}" for alias in ("champion", "challenger", "previous")]
    for alias in aliased:
        yield "ModelService/GetModel", {"name": alias}
    yield "ModelService/CompareModels", {"first": aliased[0], "second": aliased[2]}


def watched(channel: grpc.Channel, parent: str, most: int) -> list[Json]:
    """Follow a tenant's changes from the first, and again from where a client may have stopped."""
    watch = "RoutingService/WatchWorkItems"
    first = ask(channel, watch, {"parent": parent, "resume_token": "start"}, most=most)
    token = first["responses"][most // 2]["resume_token"]
    return [first, ask(channel, watch, {"parent": parent, "resume_token": token}, most=3)]
