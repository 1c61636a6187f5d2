"""What became of an offer, in words, composed from what its message says, which is masked before."""

from __future__ import annotations

from fairlead.v1 import routing_pb2 as routing
from router.wording.languages import Language
from router.wording.phrases import PARTS, RESCINDED, TIMELINE


def answered(answer: routing.OfferAnswer, language: Language) -> str:
    """Say what became of an offer, and what followed from it for the rep."""
    key = routing.OfferAnswer.Answer.Name(answer.answer).removeprefix("ANSWER_")
    rep = answer.rep_display_name or answer.rep.rpartition("/")[2]
    note = PARTS["note"].say(language, note=answer.reason) if answer.reason else ""
    reason = RESCINDED.get(routing.OfferAnswer.Because.Name(answer.because))
    because = reason.say(language) if reason else ""
    sentences = [TIMELINE[key if rep else f"{key} many"].say(language, rep=rep, note=note, because=because)]
    if answer.set_away:
        sentences.append(TIMELINE["set away"].say(language, rep=rep, lapses=answer.lapses))
    return (" " if language is Language.EN else "").join(sentences)
