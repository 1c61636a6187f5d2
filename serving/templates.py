"""Every template of messages there is: the frame of `notifications`, and the router's titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from notifications.messages.frames import FRAME_NAMES, frame
from notifications.templates import TemplateNames
from router.wording.languages import Language
from router.wording.own_titles import TITLE_NAMES, title_templates

TEMPLATE_NAMES: TemplateNames = {**FRAME_NAMES, **TITLE_NAMES}
"""By name: what is filled in there."""


def shipped_templates(language: str) -> Mapping[str, str]:
    """Return the repository's templates of a language, ``en`` or ``zh``, by name."""
    return {**asdict(frame(language)), **title_templates(Language(language))}


assert not FRAME_NAMES.keys() & TITLE_NAMES.keys()
