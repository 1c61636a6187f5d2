"""The published JSON Schema of a process: made from the models, checked in, read by editors.

``python -m router.process.language.schema`` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from router.process.language.forms import ProcessForm

SCHEMA_FILE = Path(__file__).with_name("process.schema.json")


def schema_text() -> str:
    """Return the schema as it is published."""
    schema = ProcessForm.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Fairlead process"
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
