"""Between messages and values: what a pool does about leave."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import workforce_pb2 as workforce
from gateway import fields
from router.model.errors import InvalidInput
from router.model.workforce import MICROS, RECENT, CreditPolicy

MAX_UNITS = 1_000_000
"""The most of a credit, in lead units."""
MAX_TTL_S = 366 * 24 * 3600


def absence_policy(message: workforce.Pool, at: str) -> CreditPolicy | None:
    """Read an absence policy; None: who is on leave forfeits what there is meanwhile.

    Raises
    ------
    InvalidInput
        If a part of it is absent, or outside its limits.
    """
    if message.absence_policy.WhichOneof("policy") != "credit":
        return None
    credit, at = message.absence_policy.credit, f"{at}.absence_policy.credit"
    return CreditPolicy(_max_units(credit, at), _ttl_ms(credit, at), _share(credit, at))


def _max_units(credit: workforce.AbsencePolicy.Credit, at: str) -> int:
    micros = round(fields.finite(credit.max_units, 0, MAX_UNITS, f"{at}.max_units") * MICROS)
    if not micros:
        raise InvalidInput.of(f"{at}.max_units", f"{credit.max_units:,.15g}: must be 0.000001 to {MAX_UNITS:,}")
    return micros


def _ttl_ms(credit: workforce.AbsencePolicy.Credit, at: str) -> int:
    ttl = credit.ttl_duration
    ttl_ms = round(fields.finite(ttl.seconds + ttl.nanos / 1e9, 0, MAX_TTL_S, f"{at}.ttl_duration") * 1000)
    if not ttl_ms:
        raise InvalidInput.of(f"{at}.ttl_duration", f"{ttl.ToJsonString()}: must be 0.001s to {MAX_TTL_S}s")
    return ttl_ms


def _share(credit: workforce.AbsencePolicy.Credit, at: str) -> int:
    hundredths = fields.finite(credit.share, 0, 1, f"{at}.share") * RECENT
    if not round(hundredths) or abs(hundredths - round(hundredths)) > 1e-9:
        raise InvalidInput.of(f"{at}.share", f"{credit.share:,.15g}: must be 0.01 to 1, in whole hundredths")
    return round(hundredths)


def absence_policy_message(policy: CreditPolicy | None) -> workforce.AbsencePolicy | None:
    """Write an absence policy; nothing where leave is forfeited."""
    if policy is None:
        return None
    ttl = Duration()
    ttl.FromMilliseconds(policy.ttl_ms)
    credit = workforce.AbsencePolicy.Credit(
        max_units=policy.max_units / MICROS, ttl_duration=ttl, share=policy.share / RECENT
    )
    return workforce.AbsencePolicy(credit=credit)
