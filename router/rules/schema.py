"""The published JSON Schema of a rule set: made from the models, checked in, read by editors.

``python -m router.rules.schema`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from router.rules.forms import RuleSetForm

SCHEMA_FILE = Path(__file__).with_name("ruleset.schema.json")


def schema_text() -> str:
    """Return the schema as it is published."""
    schema = RuleSetForm.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Fairlead rule set"
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
