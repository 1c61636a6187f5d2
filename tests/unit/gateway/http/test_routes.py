"""Paths lead where the contract says, and nowhere else; what it may not say of them is found before a server starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failures import InvalidInput
from gateway.http.routes import ANY, Match, RouteTable, routes_of
from tests.methods import METHODS, SERVICES
from tests.unit.gateway.http.made_contract import made, two_methods

ROUTES = routes_of(service for service in SERVICES if service.full_name.startswith(("fairlead.", "google.")))
TABLE = RouteTable(ROUTES)
LEADS = {f"{route.method.name} {route}" for route in ROUTES}


def test_every_method_that_takes_no_stream_has_a_path_and_each_of_ours_has_one() -> None:
    n_routes = Counter(route.method.full_name for route in ROUTES)
    names = {name.replace("/", "."): method for name, method in METHODS.items() if not name.startswith("grpc.")}

    assert set(n_routes) == {name for name, method in names.items() if not method.client_streaming}
    assert {name for name, count in n_routes.items() if count > 1} == {
        name for name in n_routes if name.startswith("google.longrunning.Operations.")
    }


@pytest.mark.parametrize(
    "lead",
    [
        "RouteWorkItem POST /v1/{parent=tenants/*}/workItems:route",
        "GetDecision GET /v1/{name=tenants/*/decisions/*}",
        "WatchWorkItems GET /v1/{parent=tenants/*}/workItems:watch",
        "GetFairnessReport GET /v1/{pool=tenants/*/pools/*}/fairnessReport",
        "UpdateRep PATCH /v1/reps",
        "GetOperation GET /v1/{name=operations/*}",
        "GetOperation GET /v1/{name=tenants/*/operations/*}",
    ],
)
def test_the_paths_that_are_promised_are_there(lead: str) -> None:
    assert lead in LEADS


def test_what_has_no_side_effects_is_asked_by_get_unless_it_brings_a_document() -> None:
    silent = {route.method.name for route in ROUTES if route.method.GetOptions().idempotency_level == 1}
    asked = {route.method.name for route in ROUTES if route.verb == "GET"} - {"GetOperation", "ListOperations"}

    assert silent - asked == {
        "DrawProcess", "FindBestAction", "TestProcess", "TestRuleSet", "TestSource",
        "ValidateProcess", "ValidateRuleSet",
    }  # fmt: skip
    assert asked - silent == set()


def test_each_path_leads_to_its_own_method() -> None:
    for route in ROUTES:
        words = ["x" if segment == ANY else segment for segment in route.segments]
        path = "/".join(["", *words]) + (f":{route.action}" if route.action else "")

        match = TABLE.match(route.verb, path.encode())

        assert match is not None, str(route)
        assert match.route == route
        assert match.value == "/".join(words[route.begins : route.ends])


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (None, "has none of get, post, put, patch, delete"),
        ({"get": "/v1/{name=reps/*}", "additional_bindings": [{"get": "/v2"}]}, "says additional_bindings"),
        ({"post": "/v1/reps", "body": "*", "response_body": "name"}, "says response_body"),
        ({"get": "/v1/reps", "selector": "made.Made.Ask"}, "says selector"),
        ({"custom": {"kind": "HEAD", "path": "/v1/reps"}}, "has none of get, post"),
        (
            {"post": "/v1/reps", "body": "name"},
            "body 'name': must be \"*\", none, or a field that is a",
        ),
        ({"get": "/v1/reps", "body": "*"}, "body '*' of get: must be none"),
        ({"delete": "/v1/reps", "body": "*"}, "body '*' of delete: must be none"),
        ({"get": "/v1/{name=reps/*}/{a_string=pools/*}"}, "has two variables; one is allowed"),
        ({"get": "/v1/{name=reps/**}"}, "in a variable stand words, and * for one segment"),
        ({"get": "/v1/{name}"}, "must be /words/{field=words/*}/words:action"),
        ({"get": "/v1/{name=}"}, "in a variable stand words"),
        ({"get": "/v1/{=reps/*}"}, "must be /words/{field=words/*}/words:action"),
        ({"get": "/v1{name=reps/*}"}, "must be /words/{field=words/*}/words:action"),
        ({"get": "/v1/{name=reps/*}work"}, "outside of a variable stand words between single slashes"),
        ({"get": "/v1/*/work"}, "outside of a variable stand words between single slashes"),
        ({"get": "/v1/{name=reps/*}/*"}, "outside of a variable stand words between single slashes"),
        ({"get": "/v1//reps"}, "outside of a variable stand words between single slashes"),
        ({"get": "/v1/reps/"}, "outside of a variable stand words between single slashes"),
        ({"get": "v1/reps"}, "must be /words/{field=words/*}/words:action"),
        ({"get": "/v1/reps:"}, "must be /words/{field=words/*}/words:action"),
        ({"get": "/v1/reps:a:b"}, "must be /words/{field=words/*}/words:action"),
        ({"get": "/v1/{name=reps:*}"}, "in a variable stand words, and * for one segment"),
        ({"get": "/v1/{inner_part.a_word=reps/*}"}, "inner_part.a_word is no field of made.Everything itself"),
        ({"get": "/v1/{nobody=reps/*}"}, "nobody is no field of made.Everything itself"),
        ({"get": "/v1/{a_int32=reps/*}"}, "a_int32 is no single text"),
        ({"get": "/v1/{many_string=reps/*}"}, "many_string is no single text"),
        ({"get": "/v1/{inner_part=reps/*}"}, "inner_part is no single text"),
    ],
)
def test_what_an_annotation_may_not_say_is_refused_by_method_and_fault(
    rule: Mapping[str, object] | None, fault: str
) -> None:
    with pytest.raises(ValueError, match=r"^made\.Made\.Ask: google\.api\.http: ") as refused:
        routes_of([made(rule)])

    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("Many", "inner"),
        ("ManyInstants", "instants"),
        ("Free", "free"),
        ("Nothing", "nothing"),
        ("Endless", "endless.endless"),
    ],
)
def test_a_request_that_a_query_has_no_words_for_needs_a_body(kind: str, field: str) -> None:
    with pytest.raises(ValueError, match=rf"^made\.Made\.Ask: .* no words for {field.split('.')[0]}"):
        routes_of([made({"get": "/v1/{name=reps/*}"}, kind)])

    assert routes_of([made({"post": "/v1/{name=reps/*}:ask", "body": "*"}, kind)])


def test_a_stream_of_answers_has_a_path_and_a_stream_of_requests_has_none() -> None:
    rule = {"get": "/v1/{name=reps/*}:watch"}

    assert len(routes_of([made(rule, streams="server")])) == 1
    assert routes_of([made(None, streams="client and server")]) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"get": "/v1/{name=reps/*}"}, {"get": "/v1/{name=reps/*}"}),
        ({"get": "/v1/{name=reps/*}"}, {"get": "/v1/{a_string=reps/*}"}),
        ({"get": "/v1/{name=reps/*}"}, {"get": "/v1/reps/all"}),
        ({"get": "/v1/{name=reps/*}"}, {"post": "/v1/reps/all"}),
        ({"post": "/v1/{name=reps/*/x}:go"}, {"post": "/v1/{name=*/all}/x:go"}),
    ],
)
def test_two_routes_that_one_path_could_lead_to_are_refused(
    first: Mapping[str, object], second: Mapping[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"^made\.Made\.Ask and made\.Made\.Beg: .* overlap$"):
        RouteTable(routes_of([two_methods(first, second)]))


def test_one_path_takes_several_verbs_and_actions_and_words_go_before_what_is_free() -> None:
    ask, beg = {"get": "/v1/{name=*/x}"}, {"get": "/v1/reps/y"}
    table = RouteTable(routes_of([two_methods(ask, beg)]))

    assert [getattr(table.match("GET", path), "segments", None) for path in (b"/v1/reps/x", b"/v1/reps/y")] == [
        (b"reps", b"x"),
        (),
    ]
    assert TABLE.allowed(b"/v1/tenants/default/reps") == ("GET", "POST")
    assert TABLE.allowed(b"/v1/tenants/default/reps/li-na") == ("DELETE", "GET")
    assert TABLE.allowed(b"/v1/tenants/default/reps/li-na:setPresence") == ("POST",)
    assert TABLE.match("PUT", b"/v1/tenants/default/reps") is None
    assert TABLE.allowed(b"/v1/nothing") == ()
    assert RouteTable([]).match("GET", b"/") is None


NOWHERE = [
    b"",
    b"/",
    b"//",
    b"*",
    b"/v1",
    b"/v1/",
    b"v1/tenants/default/reps",
    b"/v1/tenants//reps",
    b"/v1/tenants/default/reps/",
    b"//v1/tenants/default/reps",
    b"/v1//tenants/default/reps",
    b"/v1/tenants/default/reps/li-na/",
    b"/v1/tenants/default/./reps",
    b"/v1/tenants/default/x/../reps",
    b"/v1/tenants/default/reps;a=b",
    b"/v1/%74enants/default/reps",
    b"/V1/tenants/default/reps",
    b"/v1/tenants/default/Reps",
    b"/v1/tenants/default/reps:",
    b"/v1/tenants/default/reps:batchupsert",
    b"/v1/tenants/default/reps%3AbatchUpsert",
    b"/v1/tenants/default/reps:batchUpsert:",
    b"/v1/tenants/default/reps:%62atchUpsert",
    b"/v1/tenants:applyWorkforce/default",
    b"/v1/tenants/default/reps\x00",
    b"/v1/tenants/default/reps/a/absences/b/c",
    b"/v1" + b"/x" * 10_000,
    "/v1/tenants/default/ｒｅｐｓ".encode(),
]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_no_path_of_the_contract_leads_nowhere(path: bytes) -> None:
    assert TABLE.allowed(path) == ()
    assert TABLE.match("GET", path) is None


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (b"li-na", "li-na"),
        (b"%E6%9D%8E%E5%A8%9C", "李娜"),
        ("李娜".encode(), "李娜"),
        (b"a%3Ab", "a:b"),
        (b"a+b", "a+b"),
        (b"a%2Bb", "a+b"),
        (b"%2525", "%25"),
        (b"..", ".."),
        (b"%2E%2e", ".."),
        (b"a;b=c", "a;b=c"),
        (b"%00", "\0"),
        (b"%F0%9F%98%80", "😀"),
        (b"a%3Fb%23c", "a?b#c"),
    ],
)
def test_an_id_is_decoded_once_and_nothing_in_it_is_resolved(sent: bytes, name: str) -> None:
    match = TABLE.match("GET", b"/v1/tenants/default/reps/" + sent)

    assert match is not None
    assert match.value == f"tenants/default/reps/{name}"


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (b"a%2Fb", "an id has no /"),
        (b"a%2fb", "an id has no /"),
        (b"%", "two hexadecimal digits"),
        (b"a%2", "two hexadecimal digits"),
        (b"%zz", "two hexadecimal digits"),
        (b"%-1", "two hexadecimal digits"),
        (b"%u674e", "two hexadecimal digits"),
        (b"%C0%AF", "no text in UTF-8"),
        (b"%E0%80%AF", "no text in UTF-8"),
        (b"%C0%80", "no text in UTF-8"),
        (b"%ED%A0%80", "no text in UTF-8"),
        (b"%FF", "no text in UTF-8"),
        (b"%E6%9D", "no text in UTF-8"),
        (b"%F4%90%80%80", "no text in UTF-8"),
        (b"\xff", "no text in UTF-8"),
    ],
)
def test_an_id_that_cannot_be_read_is_a_fault_of_the_variable(sent: bytes, fault: str) -> None:
    match = TABLE.match("GET", b"/v1/tenants/default/reps/" + sent)

    assert match is not None
    with pytest.raises(InvalidInput, match=fault) as refused:
        _ = match.value
    assert [each.field for each in refused.value.violations] == ["name"]


SEGMENTS = st.one_of(
    st.sampled_from(sorted({segment.encode() for segment in chain(*(route.segments for route in ROUTES))})),
    st.sampled_from(
        [b"", b"..", b".", b"%", b"%2F", b"%00", b"%C0%AF", b"%FF", b";", b"x:watch", b":", b"a%3Ab", b"\xff"]
    ),
    st.binary(max_size=8),
)


@given(st.sampled_from(["GET", "POST", "PATCH", "DELETE"]), st.lists(SEGMENTS, max_size=8))
def test_no_path_does_more_than_lead_somewhere_or_nowhere(verb: str, segments: list[bytes]) -> None:
    path = b"/v1/" + b"/".join(segments)

    match = TABLE.match(verb, path)

    assert (match is not None) == (verb in TABLE.allowed(path))
    if match is not None and (value := _value(match)) is not None:
        assert value.count("/") == max(match.route.ends - match.route.begins - 1, 0)


def _value(match: Match) -> str | None:
    try:
        return match.value
    except InvalidInput:
        return None


def test_an_encoded_slash_parts_nothing() -> None:
    match = TABLE.match("GET", b"/v1/tenants/default%2Freps")

    assert match is not None
    assert match.route.method.name == "GetTenant"
    assert _value(match) is None
