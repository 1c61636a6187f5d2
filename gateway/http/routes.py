"""Which method a path leads to: read off the ``google.api.http`` of the contract, and looked up in a tree of its words.

A path is ``/v1/{name=tenants/*/reps/*}:setPresence``: words, at most one variable, which is a text of the request, and
at most one action behind a colon. What else such an annotation may say is refused as the routes are read, so that no
server starts with it: it would be another way to ask than gRPC has, or two paths into one another. A ``*`` is one
segment, decoded once and by itself, so that no encoded ``/`` parts anything; words are found as they are written alone.

References
----------
``google/api/http.proto`` and AIP-127, https://google.aip.dev/127.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor

from failures import InvalidInput, shown
from gateway.http.query import decoded, query_fields

ANY = "*"
"""Stands for any one segment, but for an empty one."""
RAW = "fairlead.v1.Payload"
"""A field that is the body as it came, whatever it is."""
_VERBS = ("get", "post", "put", "patch", "delete")
_BODILESS = ("get", "delete")
_TEMPLATE = re.compile(r"(/[^{}:]*)(?:\{([^{}=]+)=([^{}]*)\}([^{}:]*))?(?::([A-Za-z]+))?")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """A method's path.

    Parameters
    ----------
    method
        Where it leads.
    verb
        ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
    template
        As the contract writes it, e.g. ``/v1/{name=tenants/*/reps/*}:setPresence``.
    segments
        What stands between its slashes: words and ``ANY``.
    action
        The word behind the colon; empty: there is none.
    variable
        The field that a part of the path is the value of; empty: there is none.
    begins, ends
        Which segments are, the end not included.
    has_body
        Whether a body is the request; else a query is.
    raw_body
        The field of the request that is the body, as it came, with its type; empty: there is none.
    """

    method: MethodDescriptor
    verb: str
    template: str
    segments: tuple[str, ...]
    action: str
    variable: str
    begins: int
    ends: int
    has_body: bool
    raw_body: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.template}"


@dataclass(frozen=True, slots=True)
class Match:
    """A path that leads somewhere.

    Parameters
    ----------
    segments
        What stands for the variable, as it was sent.
    """

    route: HttpRoute
    segments: tuple[bytes, ...]

    @property
    def value(self) -> str:
        """The variable's.

        Raises
        ------
        InvalidInput
            If a segment is not percent-encoded UTF-8, or holds a slash, which no id does.
        """
        return "/".join(map(self._text, self.segments))

    def _text(self, segment: bytes) -> str:
        try:
            text = decoded(segment)
            if "/" in text:
                raise ValueError("an id has no /")
        except ValueError as error:
            fault = f"{shown(segment.decode('latin-1'))} in the path: {error}"
            raise InvalidInput.of(self.route.variable, fault) from None
        return text


def _rule(verb: str, path: str) -> HttpRule:
    return HttpRule(**{verb: path}, body="" if verb in _BODILESS else ANY)


_GIVEN: Mapping[str, tuple[HttpRule, ...]] = {
    f"google.longrunning.Operations.{method}": tuple(_rule(verb, path) for path in paths)
    for method, verb, paths in (
        ("ListOperations", "get", ("/v1/{name=tenants/*}/operations", "/v1/{name=operations}")),
        ("GetOperation", "get", ("/v1/{name=tenants/*/operations/*}", "/v1/{name=operations/*}")),
        ("DeleteOperation", "delete", ("/v1/{name=tenants/*/operations/*}", "/v1/{name=operations/*}")),
        ("CancelOperation", "post", ("/v1/{name=tenants/*/operations/*}:cancel", "/v1/{name=operations/*}:cancel")),
        ("WaitOperation", "post", ("/v1/{name=tenants/*/operations/*}:wait", "/v1/{name=operations/*}:wait")),
    )
}
"""Rules of what is not ours to annotate: its own know no tenants. One for each of the two kinds of names."""


def routes_of(services: Iterable[ServiceDescriptor]) -> list[HttpRoute]:
    """Read the routes of all methods, in the order of the contract; to those that take a stream no path leads.

    Raises
    ------
    ValueError
        If a method has no route, or one that says more than routes here can; with the method's name.
    """
    return [
        _route(method, rule)
        for service in services
        for method in service.methods
        if not method.client_streaming
        for rule in _GIVEN.get(method.full_name) or (method.GetOptions().Extensions[annotations_pb2.http],)
    ]


def _route(method: MethodDescriptor, rule: HttpRule) -> HttpRoute:
    try:
        verb = _verb(rule)
        template = getattr(rule, verb)
        before, variable, within, after, action = _parts(template)
        if variable:
            _check_variable(method, variable)
        raw_body = "" if rule.body == ANY else rule.body
        if raw_body:
            _check_raw(method, raw_body)
        if not rule.body:
            query_fields(method.input_type)
    except ValueError as error:
        raise ValueError(f"{method.full_name}: google.api.http: {error}") from None
    segments, begins = (*before, *within, *after), len(before)
    ends = begins + len(within)
    return HttpRoute(
        method, verb.upper(), template, segments, action, variable, begins, ends, bool(rule.body), raw_body
    )


def _verb(rule: HttpRule) -> str:
    """Return the verb of a rule that says a path, and whether there is a body, and nothing else."""
    said = {field.name for field, _ in rule.ListFields()}
    verbs = [verb for verb in _VERBS if verb in said]
    if not verbs:
        raise ValueError(f"has none of {', '.join(_VERBS)}")
    if more := said - {verbs[0], "body"}:
        raise ValueError(f"says {', '.join(sorted(more))}: a method has one path, and its whole answer for a body")
    if rule.body and verbs[0] in _BODILESS:
        raise ValueError(f"body {shown(rule.body)} of {verbs[0]}: must be none")
    return verbs[0]


def _parts(template: str) -> tuple[list[str], str, list[str], list[str], str]:
    """Part a path: segments before the variable, its field, its own segments, those behind it, and the action."""
    if template.count("{") > 1:
        raise ValueError(f"{shown(template)}: has two variables; one is allowed")
    matched = _TEMPLATE.fullmatch(template)
    if matched is None or (matched[2] is not None and not matched[1].endswith("/")):
        raise ValueError(f"{shown(template)}: must be /words/{{field=words/*}}/words:action")
    before, variable, within, after, action = matched.groups("")
    outside = [*before.removesuffix("/" if variable else "").split("/")[1:], *after.split("/")[1:]]
    inside = within.split("/") if variable else []
    if (after and not after.startswith("/")) or not all(map(_WORD.fullmatch, outside)):
        raise ValueError(f"{shown(template)}: outside of a variable stand words between single slashes")
    if not all(each == ANY or _WORD.fullmatch(each) for each in inside):
        raise ValueError(f"{shown(template)}: in a variable stand words, and {ANY} for one segment")
    n_behind = after.count("/")
    return outside[: len(outside) - n_behind], variable, inside, outside[len(outside) - n_behind :], action


def _check_variable(method: MethodDescriptor, variable: str) -> None:
    found = method.input_type.fields_by_name.get(variable)
    if found is None:
        raise ValueError(f"{variable} is no field of {method.input_type.full_name} itself")
    if found.type != FieldDescriptor.TYPE_STRING or found.is_repeated:
        raise ValueError(f"{variable} is no single text")


def _check_raw(method: MethodDescriptor, name: str) -> None:
    found = method.input_type.fields_by_name.get(name)
    if found is None or found.is_repeated or found.message_type is None or found.message_type.full_name != RAW:
        raise ValueError(f'body {shown(name)}: must be "{ANY}", none, or a field that is a {RAW}')


class RouteTable:
    """Finds the route of a path, in as many steps as the path has segments.

    Raises
    ------
    ValueError
        If one path could lead to two methods by one verb, or one that is written in two ways.
    """

    def __init__(self, routes: Iterable[HttpRoute]) -> None:
        self._root = _Node()
        self._routes = list[HttpRoute]()
        self._most_segments = 0
        self.add(routes)

    def add(self, routes: Iterable[HttpRoute]) -> None:
        """Find those too; raises as the table does."""
        for route in routes:
            for other in self._routes:
                if _clash(other, route):
                    raise ValueError(
                        f"{other.method.full_name} and {route.method.full_name}: {other} and {route} overlap"
                    )
            self._routes.append(route)
            self._root.below(route.segments).routes.setdefault(route.action.encode(), {})[route.verb] = route
            self._most_segments = max(self._most_segments, len(route.segments))

    def match(self, verb: str, raw_path: bytes) -> Match | None:
        """Find where a path leads.

        Parameters
        ----------
        raw_path
            As it was sent, without the query; nothing in it is resolved, dots and doubled slashes neither.
        """
        segments, by_verb = self._found(raw_path)
        route = by_verb.get(verb)
        return None if route is None else Match(route, tuple(segments[route.begins : route.ends]))

    def allowed(self, raw_path: bytes) -> tuple[str, ...]:
        """Return the verbs that a path takes, none where it leads nowhere."""
        return tuple(sorted(self._found(raw_path)[1]))

    def _found(self, raw_path: bytes) -> tuple[list[bytes], Mapping[str, HttpRoute]]:
        root, *segments = raw_path.split(b"/", self._most_segments + 1)
        if root or not 0 < len(segments) <= self._most_segments:
            return segments, {}
        segments[-1], colon, action = _parted(segments[-1])
        if colon and not action:
            return segments, {}
        return segments, self._root.found(segments).get(action, {})


def _parted(last: bytes) -> tuple[bytes, bytes, bytes]:
    """Part the last segment from the action behind it."""
    segment, colon, action = last.rpartition(b":")
    return (segment, colon, action) if colon else (last, b"", b"")


def _clash(first: HttpRoute, second: HttpRoute) -> bool:
    if len(first.segments) != len(second.segments) or first.action != second.action:
        return False
    if first.segments == second.segments:
        return first.verb == second.verb
    return all(one == other or ANY in (one, other) for one, other in zip(first.segments, second.segments, strict=True))


_NOWHERE: Mapping[bytes, Mapping[str, HttpRoute]] = {}


@dataclass(slots=True)
class _Node:
    """What may follow some segments.

    Parameters
    ----------
    words
        By the word that is next.
    other
        Where anything else is next.
    routes
        Those that end here, by action and verb.
    """

    words: dict[bytes, _Node] = field(default_factory=dict)
    other: _Node | None = None
    routes: dict[bytes, dict[str, HttpRoute]] = field(default_factory=dict)

    def below(self, segments: Iterable[str]) -> _Node:
        """Return the node below, made if there is none."""
        node = self
        for segment in segments:
            if segment == ANY:
                node.other = node.other or _Node()
                node = node.other
            else:
                node = node.words.setdefault(segment.encode(), _Node())
        return node

    def found(self, segments: list[bytes]) -> Mapping[bytes, Mapping[str, HttpRoute]]:
        """Return what ends where segments lead."""
        if not segments:
            return self.routes
        first, *rest = segments
        for node in (self.words.get(first), self.other if first else None):
            if node is not None and (ends := node.found(rest)):
                return ends
        return _NOWHERE
