"""Targets that read what was kept and should be sound: tokens signed by who may, a registry, a log. They may be altered
by whoever can write there, or written by a version with a fault.
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import msgpack

from failures import Failure
from gateway.auth.jwks import KeyRing
from gateway.auth.tokens import Tokens
from gateway.calls.call import Call, Method
from router.adapters.redis.assignments import RedisAssignments
from router.history.codec import pack_head
from router.model.decision import Cause, DecisionInputs
from router.model.errors import CorruptHistory
from router.model.sealing import Personal, seal
from router.model.workitem import Kind, WorkItem
from scoring.model import artefact
from scoring.model.artefact import BytesFolder
from scoring.model.verification import SUMS, sums_of
from scoring.registry.registry import Registry
from tests.fuzzing.asking import Context, Violation
from tests.fuzzing.eager import EagerLoop
from tests.fuzzing.inputs import BREAK
from tests.fuzzing.parsers import Parser
from tests.identities import AUDIENCE, ISSUER, signing_key, token, write_jwks
from tests.scoring_models import write_model

_NAMES = (b"decision", b"completed", b"workforce", b"rules", b"settled", b"erased")
_TYPES = (*_NAMES, *(name + b".2" for name in _NAMES), b"decision.3")
_LATE_S = 5_000_000_000


def keepers(folder: Path) -> list[Parser]:
    """Return them; ``folder`` is an empty one."""
    return [*_of_tokens(folder), *_of_registry(folder), _of_log()]


def _of_tokens(folder: Path) -> list[Parser]:
    keys = KeyRing(write_jwks(folder / "jwks.json"))
    keys.load()
    loop = EagerLoop()

    def identify(header: str) -> None:
        context: Any = Context((("authorization", header),))
        tokens = Tokens(keys, ISSUER, AUDIENCE)
        principal = loop.run(tokens.identify(Call(Method("made.up/Call", (), ""), None, context)))
        if principal is not None and not time.time() <= principal.until:
            raise Violation(f"believed for ever, or not any more: {principal}")

    def signed(claims: bytes) -> None:
        written = jwt.PyJWS().encode(claims, signing_key("one"), "ES256", headers={"kid": "one"})
        identify(f"Bearer {written}")

    def headed(header: bytes) -> None:
        identify(f"Bearer {urlsafe_b64encode(header).decode().rstrip('=')}.e30.AAAA")

    def shown(data: bytes) -> None:
        identify(data.decode("latin-1"))

    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "li", "exp": _LATE_S, "nbf": 0, "roles": ["rep"], "tenants": "*"}
    bearer = f"Bearer {token('li', ['rep'], ['fuzz'], rep='li')}".encode()
    return [
        Parser("tokens", shown, (Failure,), [bearer, b"Bearer a.b.c"]),
        Parser("headers of tokens", headed, (Failure,), [b'{"alg": "ES256", "kid": "one"}', b'{"alg": [], "kid": {}}']),
        Parser("claims, signed", signed, (Failure,), [json.dumps(claims).encode(), b'{"exp": 1e400}']),
    ]


def _of_registry(folder: Path) -> list[Parser]:
    write_model(folder, "v1")
    sound = {file.name: file.read_bytes() for file in (folder / "churn" / "v1").iterdir()}
    names = sorted(sound)

    def version(data: bytes) -> None:
        """Read a version one file of which was replaced; the sums are made anew if the second byte is odd."""
        chosen, sums_too = names[(data[:1] or b"\0")[0] % len(names)], (data[1:2] or b"\0")[0] % 2
        files = {**sound, chosen: data[2:]}
        if sums_too and chosen != SUMS:
            files[SUMS] = sums_of({name: content for name, content in files.items() if name != SUMS})
        artefact.read(BytesFolder(files))

    def journal(data: bytes) -> None:
        storage: Any = _Entry(data)
        Registry(storage, lambda: datetime.now(UTC)).state("churn")

    entry = {"number": 1, "time": "2026-01-01T00:00:00Z", "action": "promote", "actor": "a", "champion": "v1"}
    return [
        Parser(
            "model versions", version, (Failure,),
            [bytes([place, 1]) + sound[name] for place, name in enumerate(names)],
        ),
        Parser("journals", journal, (Failure,), [json.dumps(entry).encode()]),
    ]  # fmt: skip


class _Entry:
    """A storage whose journal has one entry."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def last_entry(self, _model: str) -> int:
        return 1

    def read_entry(self, _model: str, _number: int) -> bytes:
        return self._data


class _Log:
    """A store that holds one event."""

    def __init__(self, fields: Mapping[bytes, bytes]) -> None:
        self._fields = fields

    async def xrange(self, *_: Any, **__: Any) -> list[tuple[bytes, Mapping[bytes, bytes]]]:
        return [(b"1-0", self._fields)]

    def pipeline(self, **_: Any) -> _Log:
        """Begin to ask for what lies beside the log: it is erased."""
        self._asked = 0
        return self

    async def __aenter__(self) -> _Log:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def hgetall(self, _: str) -> None:
        self._asked += 1

    async def execute(self) -> list[dict[bytes, bytes]]:
        return [{}] * self._asked


def _of_log() -> Parser:
    loop = EagerLoop()

    def event(data: bytes) -> None:
        facts, _, head = data[1:].partition(BREAK)
        kind = _TYPES[(data[:1] or b"\0")[0] % len(_TYPES)]
        log: Any = _Log({b"type": kind, b"facts": facts, b"head": head})
        loop.run(RedisAssignments(log).events("fuzz"))

    item = WorkItem(Kind.LEAD, "crm", "L-1", {"region": "上海"})
    plain = DecisionInputs(item, Cause.ROUTED, 1, 2, ("a",), ("pool",), note="a note", outcomes=(True,))
    sealed, _ = seal(plain, Personal(frozenset({"region"}), external_id=True))
    heads = [pack_head(head, head.item.pack()) for head in (plain, sealed)]
    stand, seen = [1, 2, 3, 4], [[[1, 2], [[0, 1]]]]
    facts: Sequence[Sequence[Any]] = (
        (1, "i", "LEAD", "ASSIGNED", "ann", "p", 1, 1000, seen, stand, "hash", 0, ""),
        (1, "i", "LEAD", "CLOSED", "ann", "p", 1, 1, "ann"),
        (1, 2, ["rep/ann"], "digest", "ann"),
        (1, 2, 0, "digest", "ann"),
        (1, "p", ["ann"], [["bo", 1000]]),
        (1, ["i"], 2, 0, 1, "ann"),
    )
    forms = [msgpack.packb(fact) for fact in facts] + [msgpack.packb(at) + msgpack.packb(fact) for at, *fact in facts]
    seeds = [bytes([place]) + form + BREAK + head for place, form in enumerate(forms) for head in heads]
    return Parser("events of the log", event, (CorruptHistory,), seeds)
