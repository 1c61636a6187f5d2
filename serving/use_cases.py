"""What calls ask for, and workers and runners do: each use case, on the stores that it needs."""

from __future__ import annotations

from functools import partial

from gateway.payloads import payload_fields
from notifications.adapters.redis.records import channels_on
from router.adapters.persons_on_their_way import PersonsOnTheirWay
from router.adapters.queue import QueuedPersons, QueuedSubmissions, routing_queue
from router.adapters.redis.import_pages import RedisImportPages
from router.adapters.redis.reassign_pages import reassign_pages
from router.adapters.redis.repositories import Stores
from router.adapters.rule_sandbox.parent import try_process, try_rule_set
from router.assignment.bulk import BulkReassignment
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.reopening import Reopening
from router.assignment.service import Router
from router.assignment.updating import Updating
from router.deadlines.approval_queries import ApprovalQueries
from router.deadlines.approving import Approving
from router.deadlines.closing import Closing
from router.deadlines.digest_queries import DigestQueries
from router.deadlines.figures import Figures
from router.deadlines.migrating import Migrating
from router.deadlines.moved import UpdatedDeadlines
from router.deadlines.noting import Noting
from router.deadlines.pausing import Pausing
from router.deadlines.queries import DeadlineQueries
from router.deadlines.reached import ReachedSteps
from router.deadlines.satisfaction import Satisfied
from router.deadlines.surveying import SurveyQueries
from router.erasure.service import Eraser
from router.fairness.report import Fairness
from router.history.cap_uses import CapUses
from router.history.rehearsal import Rehearsal
from router.history.watch import WatchService
from router.imports.service import Imports
from router.intake.service import SourceService
from router.intake.taking import LeadIntake
from router.model.sealing import Personal
from router.offers.service import OfferService
from router.process.revisions.cache import ProcessCache
from router.process.revisions.publishing import ProcessPublishing
from router.rpc.changes import ChangeMessages
from router.rules.publishing import Publishing
from router.submission.service import SubmissionService
from router.timers.covers import KeptItems
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from serving.people import ChannelCalendars
from serving.settings import Settings
from store.durability import DurabilityStatus


class UseCases:
    """All of them: work items one by one, many at a time, reps and rules, and what is told of them.

    Parameters
    ----------
    settings
        What the operator chose.
    stores
        Where everything is.
    planners
        Rules and workforce.
    personal
        What the operator declared personal.
    durability
        What is promised of what is stored, once that is known.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        planners: PlannerCache,
        personal: Personal,
        durability: DurabilityStatus,
    ) -> None:
        store, rule_sets, redis, hides_id = stores.assignments, stores.rule_sets, stores.redis, personal.external_id

        self.queries = WorkItemQueries(store, planners)
        self.router = Router(store, planners, self.queries, stores.customer_scores)
        self.reopening = Reopening(store, planners, self.queries, stores.presences)
        self.updating = Updating(store, planners, self.queries, stores.customer_scores)
        self.offers = OfferService(stores.offers, store, self.queries, planners)

        self.queue = routing_queue(redis, settings.work, settings.request_ttl_s)
        self.intake = QueuedSubmissions(self.queue, durability, hides_external_id=hides_id)
        self.submissions = SubmissionService(self.intake, self.queries, hides_external_id=hides_id)
        self.import_pages, self.reassign_pages = RedisImportPages(redis), reassign_pages(redis)
        self.imports = Imports(store, planners, self.queries, stores.customer_scores, hides_external_id=hides_id)
        self.bulk = BulkReassignment(store, planners, self.queries)
        self.rehearsal = Rehearsal(store, stores.presences, planners, self.bulk)

        self.workforce = WorkforceService(stores.workforce, rule_sets, ChannelCalendars(channels_on(redis)).users_of)
        self.presences = PresenceService(stores.presences)
        self.cap_uses = CapUses(store, self.workforce)
        self.kept_items = KeptItems(store, planners)
        self.publishing = Publishing(rule_sets, self.workforce, partial(try_rule_set, personal=personal.fields))
        self.process_publishing = ProcessPublishing(
            stores.processes,
            ProcessCache(stores.processes),
            rule_sets,
            self.workforce,
            partial(try_process, personal=personal.fields),
        )

        self.deadlines = DeadlineQueries(store, self.queries, planners)
        self.updated_deadlines = UpdatedDeadlines(store, planners)
        self.migrating = Migrating(store, self.queries, stores.notes, planners)
        noting = Noting(store, self.queries, stores.notes, planners)
        self.pausing = Pausing(noting)
        self.satisfied = Satisfied(store, self.queries, planners, noting)
        self.approving = Approving(store, planners, self.updating, noting)
        self.closing = Closing(store, self.queries, planners, self.approving)
        self.approvals = ApprovalQueries(store, planners, self.approving)

        self.digests = DigestQueries(store, stores.timers, planners)
        self.surveys = SurveyQueries(store, planners)
        self.change_messages = ChangeMessages(self.queries, ReachedSteps(store, planners))
        self.watches = WatchService(store, stores.log_follower, self.change_messages.answer)
        self.figures = Figures(store, self.queries, planners)

        self.sources = SourceService(stores.sources)
        self.lead_intake = LeadIntake(stores.sources, self.submissions, store, payload_fields)

        self.fairness = Fairness(store, self.workforce, self.queries)
        persons = PersonsOnTheirWay(
            QueuedPersons(self.queue), self.import_pages, stores.sources, hides_external_id=hides_id
        )
        self.eraser = Eraser(store, stores.personal, persons, planners)
