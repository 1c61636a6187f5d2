"""Scores of customers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from fairlead.client.calls import MAX_BATCH, Attributes, Calls, plain
from fairlead.v1 import scoring_pb2 as scoring


class ScoringCalls(Calls):
    """ScoringService."""

    _takes_plain_features = True
    """Whether the server reads features in maps of numbers and texts; one of an older version passes them over."""

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
        request = scoring.ScoreCustomerRequest(parent=self.parent, explain_top_k=top, locale=locale, what_if=what_if)
        request.customer.id = customer
        if as_of is not None:
            request.customer.as_of_time.FromDatetime(as_of)
        if self._takes_plain_features:
            _write_plainly(features, request.customer)
            score = self._score(request)
            if not _is_unread(request.customer, score):
                return score
            self._takes_plain_features = False
            request.customer.ClearField("number_features")
            request.customer.ClearField("text_features")
        request.customer.features.update({name: plain(value) for name, value in features.items()})
        return self._score(request)

    def _score(self, request: scoring.ScoreCustomerRequest) -> scoring.Score:
        return self._connection.call("ScoringService/ScoreCustomer", request, scoring.Score)

    def remember_scores(self, scores: Iterable[scoring.RememberedScore]) -> int:
        """Tell the service of scores that were made elsewhere, in batches of 1,000; return how many there were."""
        remaining, count = iter(scores), 0
        while batch := list(islice(remaining, MAX_BATCH)):
            request = scoring.RememberScoresRequest(parent=self.parent, scores=batch)
            self._connection.call("ScoringService/RememberScores", request, scoring.RememberScoresResponse)
            count += len(batch)
        return count


def _write_plainly(features: Attributes, customer: scoring.Customer) -> None:
    """Write numbers and texts as such, which is read faster, and into the Struct what is neither."""
    for name, value in features.items():
        if isinstance(value, str):
            customer.text_features[name] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            customer.number_features[name] = value
        else:
            customer.features.update({name: plain(value)})


def _is_unread(customer: scoring.Customer, score: scoring.Score) -> bool:
    """Tell whether a feature that was sent is flagged as if it had not been; what is read is flagged with its value."""
    sent = {*customer.number_features, *(name for name, text in customer.text_features.items() if text)}
    missing = scoring.ScoreFlag.KIND_MISSING
    return any(flag.kind == missing and not flag.value and flag.feature in sent for flag in score.flags)
