"""What exact reasons cost: how far full boosting is ahead of what is shipped, and why triples do not make up for it."""

from __future__ import annotations

from training.learn.selection import JudgedCandidate
from training.sentences import Sentence

LIMIT = 0.005
"""ROC-AUC by which full boosting must be ahead for the report to speak of it."""


def gap_told(shipped_auc: float, benchmark_auc: float, chosen: JudgedCandidate, triples: JudgedCandidate | None) -> str:
    """Say by how much full boosting ranks better and why it is not made up for; empty: by no more than `LIMIT`.

    Parameters
    ----------
    chosen, triples
        The candidate that is shipped, and the one of triples; None if that was not tried.
    """
    gap = benchmark_auc - shipped_auc
    if not gap > LIMIT:
        return ""
    why = _why(chosen, triples)
    return Sentence("Full boosting is ahead by {gap:.4f} of ROC-AUC. {why}", gap=gap, why=why)


def _why(chosen: JudgedCandidate, triples: JudgedCandidate | None) -> Sentence:
    if triples is None:
        return Sentence("Tables of three features, the last candidate, were not tried.")
    if triples is chosen:
        return Sentence(
            "Tables of three features are shipped; the rest takes more features together, or more triples, than fit."
        )
    return Sentence(
        "Tables of three features were tried and not taken: their log-loss is {triples:.5f}, that of {candidate}, the "
        "simplest within one standard error of the best, is {chosen:.5f}.",
        triples=triples.log_loss,
        candidate=Sentence(chosen.candidate.name),
        chosen=chosen.log_loss,
    )
