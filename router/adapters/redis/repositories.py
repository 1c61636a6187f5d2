"""A Redis or Valkey by its URL → the stores on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from background.adapters.redis import RedisLeaderLease
from router.activities.next_dates import NextDates
from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.assignments import REQUEST_TTL_S, RedisAssignments
from router.adapters.redis.customer_scores import RedisCustomerScores
from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.format import FORMAT
from router.adapters.redis.log_follower import RedisLogFollower
from router.adapters.redis.notes import RedisNotes
from router.adapters.redis.offers import RedisOffers
from router.adapters.redis.presence import RedisPresences
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.rulesets import RedisRuleSets
from router.adapters.redis.snapshots import RedisSnapshots
from router.adapters.redis.sources import RedisSources
from router.adapters.redis.timers import RedisTimers
from router.adapters.redis.upgrade import PATIENCE_S, StoreUpgrade, UpgradeReport, check_format, tenants_of
from router.adapters.redis.workforce import RedisWorkforce
from router.assignment.planner_cache import PlannerCache
from router.backlog.lifts import ever_lifts, lifts_of
from router.backlog.wakes import Wakes
from router.deadlines.telling import Telling
from router.offers.lapses import Lapses
from router.timers.covers import Covers
from router.timers.follower import TimerFollower
from store.batching import Turns
from store.clients import RedisClient, client_for, close
from store.diagnostics import durability_of, try_out
from store.durability import ANYTHING, Durability, DurabilityRequirement, NotDurable

_SCHEDULES = (Wakes(lifts_of, ever_lifts), NextDates(), Covers(), Lapses())
"""All that falls due by time."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores on one connection."""

    assignments: RedisAssignments
    activities: RedisActivities
    offers: RedisOffers
    notes: RedisNotes
    workforce: RedisWorkforce
    presences: RedisPresences
    rule_sets: RedisRuleSets
    processes: RedisProcesses
    customer_scores: RedisCustomerScores
    log_follower: RedisLogFollower
    leader_lease: RedisLeaderLease
    snapshots: RedisSnapshots
    personal: RedisPersonalValues
    sources: RedisSources
    timers: RedisTimers
    redis: RedisClient

    @classmethod
    def connect(
        cls, url: str, request_ttl_s: int = REQUEST_TTL_S, requirement: DurabilityRequirement = ANYTHING
    ) -> Self:
        """Prepare a connection, made when it is first used.

        Parameters
        ----------
        url
            As ``store.clients`` says, password included.
        request_ttl_s
            How long a request id is remembered, in seconds.
        requirement
            How durable what is written must be.
        """
        redis, turns = client_for(url, requirement.replicas), Turns()
        return cls(
            RedisAssignments(redis, request_ttl_s, turns=turns),
            RedisActivities(redis, request_ttl_s),
            RedisOffers(redis, request_ttl_s, turns),
            RedisNotes(redis, request_ttl_s),
            RedisWorkforce(redis, request_ttl_s),
            RedisPresences(redis, request_ttl_s),
            RedisRuleSets(redis, request_ttl_s),
            RedisProcesses(redis, request_ttl_s),
            RedisCustomerScores(redis),
            RedisLogFollower(redis),
            RedisLeaderLease(redis),
            RedisSnapshots(redis),
            RedisPersonalValues(redis, request_ttl_s),
            RedisSources(redis),
            RedisTimers(redis),
            redis,
        )

    async def tenants(self) -> list[str]:
        """Return every tenant of whom anything is stored, those too that never published rules."""
        return await tenants_of(self.redis)

    def timer_follower(self, planners: PlannerCache, tenant: str, telling: Telling | None = None) -> TimerFollower:
        """Return what keeps a tenant's timers as the log says, and tells people; None: nobody is told."""
        return TimerFollower(
            tenant, self.assignments, planners, self.presences, self.timers, _SCHEDULES, telling, self.notes
        )

    async def check(self) -> None:
        """See whether the store answers, and lets us write; see ``store.diagnostics.try_out``."""
        await try_out(self.redis)

    async def check_durability(self, requirement: DurabilityRequirement) -> Durability:
        """Return what an acknowledged change survives.

        Raises
        ------
        NotDurable
            If that is less than was asked for.
        StoreUnavailable
            If nobody answers.
        """
        if requirement.least is Durability.REPLICAS:
            return Durability.REPLICAS
        is_so = await durability_of(self.redis)
        if refusal := requirement.refusal(is_so):
            raise NotDurable(refusal)
        return is_so

    async def bring_up_to_date(
        self, report: UpgradeReport, *, hides_external_id: bool = False, patience_s: float = PATIENCE_S
    ) -> None:
        """Have the store in the format of this version; see ``upgrade``."""
        await StoreUpgrade(self.redis, report, patience_s=patience_s, hides_external_id=hides_external_id).run()

    async def is_older(self, report: UpgradeReport) -> bool:
        """Say whether the store has to be brought up to date; see ``upgrade``."""
        return await StoreUpgrade(self.redis, report).is_due()

    async def check_format(self, tenant: str, oldest: int = FORMAT) -> None:
        """See whether what is stored of a tenant can be read; see ``upgrade``."""
        await check_format(self.redis, tenant, oldest)

    async def close(self) -> None:
        """Let go of the connection."""
        await close(self.redis)
