"""Scores of customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from fairlead.client.calls import MAX_BATCH, Attributes, Calls, plain
from fairlead.v1 import scoring_pb2 as scoring


class ScoringCalls(Calls):
    """ScoringService."""

    def score(
        self,
        customer: str,
        features: Attributes,
        *,
        top: int = 3,
        locale: str = "en",
        as_of: datetime | None = None,
        what_if: bool = False,
    ) -> scoring.Score:
        """Say how likely a customer is to leave, and why.

        Parameters
        ----------
        top
            Reasons wanted, 0 to 50.
        locale
            Of the reasons: ``zh`` or ``en``.
        as_of
            When the features were so, with its zone; absent: now.
        what_if
            The features are a supposition: rules that look at known customers do not learn of the score.
        """
        request = _request(customer, features, as_of, explain_top_k=top, locale=locale, what_if=what_if)
        request.parent = self.parent
        return self._connection.call("ScoringService/ScoreCustomer", request, scoring.Score)

    def score_many(
        self,
        customers: Mapping[str, Attributes] | Iterable[tuple[str, Attributes]],
        *,
        top: int = 3,
        locale: str = "en",
        as_of: datetime | None = None,
        what_if: bool = False,
    ) -> Iterator[scoring.ScoreResult]:
        """Score customers, 1,000 in one call, each 1,000 by one model; one result each, in their order, as ``score``.

        Parameters
        ----------
        customers
            Their features by their ids.
        """
        pairs = customers.items() if isinstance(customers, Mapping) else customers
        remaining = iter(pairs)
        while batch := list(islice(remaining, MAX_BATCH)):
            singles = [_request(*each, as_of, explain_top_k=top, locale=locale, what_if=what_if) for each in batch]
            request = scoring.ScoreCustomersRequest(parent=self.parent, requests=singles)
            yield from self._connection.call(
                "ScoringService/ScoreCustomers", request, scoring.ScoreCustomersResponse
            ).results

    def remember_scores(self, scores: Iterable[scoring.RememberedScore]) -> int:
        """Tell the service of scores that were made elsewhere, in batches of 1,000; return how many there were."""
        remaining, count = iter(scores), 0
        while batch := list(islice(remaining, MAX_BATCH)):
            request = scoring.RememberScoresRequest(parent=self.parent, scores=batch)
            self._connection.call("ScoringService/RememberScores", request, scoring.RememberScoresResponse)
            count += len(batch)
        return count


def _request(customer: str, features: Attributes, as_of: datetime | None, **asked: Any) -> scoring.ScoreCustomerRequest:
    request = scoring.ScoreCustomerRequest(customer={"id": customer}, **asked)
    request.customer.features.update({name: plain(value) for name, value in features.items()})
    if as_of is not None:
        request.customer.as_of_time.FromDatetime(as_of)
    return request
