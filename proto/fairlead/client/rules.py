"""Rule sets."""

from __future__ import annotations

from collections.abc import Iterator

from fairlead.client.calls import PAGE, Calls, new_id
from fairlead.v1 import rules_pb2 as rules


class RuleCalls(Calls):
    """RuleService."""

    def publish_rules(self, source: str, *, note: str = "", etag: str = "") -> rules.RuleSet:
        """Publish a rule set as YAML or JSON text; it holds from the next decision on."""
        request = rules.PublishRuleSetRequest(
            parent=self.parent, source=source, note=note, etag=etag, request_id=new_id()
        )
        return self._connection.call("RuleService/PublishRuleSet", request, rules.RuleSet)

    def rollback_rules(self, revision: int = 0) -> rules.RuleSet:
        """Make an earlier revision hold again; 0: the one before the active one."""
        request = rules.RollbackRuleSetRequest(parent=self.parent, revision=revision, request_id=new_id())
        return self._connection.call("RuleService/RollbackRuleSet", request, rules.RuleSet)

    def validate_rules(self, source: str) -> list[rules.RuleSetProblem]:
        """Return what is wrong with a rule set; no ERROR among it means valid."""
        request = rules.ValidateRuleSetRequest(parent=self.parent, source=source)
        return list(
            self._connection.call("RuleService/ValidateRuleSet", request, rules.ValidateRuleSetResponse).problems
        )

    def test_rules(self, source: str, tests: str = "") -> rules.TestRuleSetResponse:
        """Run a rule set's own tests, or others, without publishing it."""
        request = rules.TestRuleSetRequest(parent=self.parent, source=source, tests=tests)
        return self._connection.call("RuleService/TestRuleSet", request, rules.TestRuleSetResponse)

    def get_rules(self, revision: int = 0) -> rules.RuleSet:
        """Get a revision with its source; 0: the active one."""
        request = rules.GetRuleSetRequest(name=f"{self.parent}/ruleSets/{revision or 'active'}")
        return self._connection.call("RuleService/GetRuleSet", request, rules.RuleSet)

    def list_rules(self) -> Iterator[rules.RuleSet]:
        """List the revisions, newest first, without their sources."""
        request = rules.ListRuleSetRevisionsRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages(
            "RuleService/ListRuleSetRevisions", request, rules.ListRuleSetRevisionsResponse
        ):
            yield from page.rule_sets
