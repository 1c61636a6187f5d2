"""RuleService: rule sets in, problems or revisions out."""

from __future__ import annotations

from fairlead.v1 import rules_pb2 as rules
from gateway import fields
from gateway.calls.call import Call
from resource_names import tenant_of
from router.model.errors import InvalidInput
from router.rpc.fields import MAX_NOTE, etag_number
from router.rpc.problems import optional_tenant, problems_of, results_of
from router.rules.publishing import Publishing
from rules.revisions import Publication


class RuleServicer:
    """Answers RuleService."""

    def __init__(self, publishing: Publishing) -> None:
        self._publishing = publishing

    async def ValidateRuleSet(self, request: rules.ValidateRuleSetRequest, _: Call) -> rules.ValidateRuleSetResponse:
        trial = await self._publishing.check(request.source, optional_tenant(request.parent))
        return rules.ValidateRuleSetResponse(problems=problems_of(trial.problems))

    async def TestRuleSet(self, request: rules.TestRuleSetRequest, _: Call) -> rules.TestRuleSetResponse:
        tenant = optional_tenant(request.parent)
        trial = await self._publishing.check(request.source, tenant, tests=request.tests or None)
        return rules.TestRuleSetResponse(problems=problems_of(trial.problems), results=results_of(trial.test_results))

    async def PublishRuleSet(self, request: rules.PublishRuleSetRequest, call: Call) -> rules.RuleSet:
        tenant = tenant_of(request.parent)
        published = await self._publishing.publish(
            tenant,
            request.source,
            note=fields.text(request.note, MAX_NOTE, "note"),
            expected=etag_number(request.etag),
            request_id=fields.request_id(request),
            actor=call.actor,
            preview=request.validate_only,
        )
        return _rule_set(tenant, published, active=published.revision)

    async def RollbackRuleSet(self, request: rules.RollbackRuleSetRequest, call: Call) -> rules.RuleSet:
        tenant = tenant_of(request.parent)
        if request.revision < 0:
            raise InvalidInput.of("revision", f"{request.revision}: must be 0 (the one before) or a revision")
        request_id = fields.request_id(request)
        revision = request.revision or None
        published = await self._publishing.roll_back(tenant, revision, request_id=request_id, actor=call.actor)
        return _rule_set(tenant, published, active=published.revision)

    async def ListRuleSetRevisions(
        self, request: rules.ListRuleSetRevisionsRequest, _: Call
    ) -> rules.ListRuleSetRevisionsResponse:
        tenant = tenant_of(request.parent)
        before, count = fields.page_number(request.page_token) or None, fields.page_size(request.page_size)
        publications, position = await self._publishing.revisions(tenant, before=before, count=count)
        active = (await self._publishing.revision(tenant)).revision if publications else 0
        listed = [_rule_set(tenant, publication, active=active, with_source=False) for publication in publications]
        return rules.ListRuleSetRevisionsResponse(rule_sets=listed, next_page_token=fields.page_token(position))

    async def GetRuleSet(self, request: rules.GetRuleSetRequest, _: Call) -> rules.RuleSet:
        tenant, record_id = fields.name_of(request.name, "ruleSets")
        revision = None if record_id == "active" else fields.number_of(request.name, "ruleSets")[1]
        active = await self._publishing.revision(tenant)
        publication = (
            active if revision in (None, active.revision) else await self._publishing.revision(tenant, revision)
        )
        return _rule_set(tenant, publication, active=active.revision)


def _rule_set(tenant: str, publication: Publication, *, active: int, with_source: bool = True) -> rules.RuleSet:
    revision = publication.revision
    return rules.RuleSet(
        name=f"tenants/{tenant}/ruleSets/{revision}" if revision else "",
        revision=revision,
        source=publication.source if with_source else "",
        note=publication.note,
        active=bool(revision) and revision == active,
        rollback_of=publication.rollback_of,
        rule_count=publication.rule_count,
        etag=str(revision) if revision else "",
        actor=publication.actor,
        create_time=fields.timestamp(publication.at_ms * 1000) if revision else None,
    )
