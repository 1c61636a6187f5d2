"""Writes a data set: Parquet with its certificate inside, the feature schema beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as paparquet

from training.data.reading import CERTIFICATE_KEY, HORIZON_KEY
from training.snapshots.build import Dataset
from training.snapshots.certificate import Certificate
from training.snapshots.definition import Definition


def write_dataset(built: Dataset, definition: Definition, certificate: Certificate, path: Path) -> Path:
    """Write the rows and the schema; return the schema's file."""
    metadata = {
        HORIZON_KEY: str(definition.windows.horizon_days),
        CERTIFICATE_KEY: json.dumps(certificate.document()),
        b"fairlead.definition": definition.model_dump_json(exclude_defaults=True),
    }
    paparquet.write_table(built.table.replace_schema_metadata(metadata), path)
    schema_file = path.with_suffix(".schema.json")
    schema_file.write_text(built.schema.to_json() + "\n", encoding="utf-8")
    return schema_file
