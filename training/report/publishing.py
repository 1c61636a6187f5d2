"""Writes a trained model as an artefact: data only, verified as a server would before anybody sees it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pydantic import JsonValue

import scoring
import training
from scoring.model import artefact
from scoring.model.artefact import Artefact
from scoring.model.manifest import GoldenRow, Label, Manifest, Reference, Thresholds
from scoring.model.schema import FeatureValue
from training.plan import Trained
from training.report.cards import cards
from training.report.document import Document, report_of, to_json
from training.report.page import pages

N_GOLDEN = 50
LIBRARIES = ("numpy", "scipy", "scikit-learn", "pyarrow")


@dataclass(frozen=True)
class Origin:
    """Where a model comes from.

    Parameters
    ----------
    model
        Its name in the registry.
    target
        The column that was predicted.
    data_sha256
        Of the file it was trained on.
    configuration
        The options that were given.
    created_time
        The only moment in the artefact; it stands in ``manifest.json`` and on the report's pages.
    command
        The command that gives the same, as it stands on the report's pages.
    """

    model: str
    target: str
    data_sha256: str
    configuration: dict[str, JsonValue]
    created_time: datetime
    command: str = ""


def publish(trained: Trained, origin: Origin, registry: Path) -> tuple[Artefact, Path, Document]:
    """Write ``<registry>/<model>/<version>/``; the version is named after all that went into it, so repeating changes
    nothing.

    Returns
    -------
    tuple
        The artefact as a server reads it, its folder, and its report.
    """
    manifest = _manifest(trained, origin)
    folder = registry / manifest.model / manifest.version
    report = report_of(trained)
    extra = {
        "report.json": to_json(report).encode(),
        **{name: text.encode() for name, text in pages(trained, report, manifest, origin.command).items()},
        "schema.json": trained.prepared.schema.to_json().encode(),
        **{name: text.encode() for name, text in cards(report, manifest).items()},
    }
    reference = Reference.of(trained.tables, trained.reference_rows)
    if folder.exists():
        return artefact.read(_files(folder)), folder, report
    written = artefact.write(folder, trained.tables, manifest, _thresholds(trained), reference, _golden(trained), extra)
    return written, folder, report


def _files(folder: Path) -> artefact.BytesFolder:
    return artefact.BytesFolder({path.name: path.read_bytes() for path in folder.iterdir()})


def _manifest(trained: Trained, origin: Origin) -> Manifest:
    configuration: dict[str, JsonValue] = {**origin.configuration, "candidate": trained.chosen.candidate.name}
    if trained.plan.horizon_days:
        configuration["horizon_days"] = trained.plan.horizon_days
    schema = trained.prepared.schema
    libraries = {name: version(name) for name in LIBRARIES}
    seed, code = trained.plan.seed, code_sha256()
    parts = [
        origin.data_sha256,
        schema.to_json(),
        json.dumps(configuration, sort_keys=True),
        str(seed),
        code,
        json.dumps(libraries),
    ]
    parent = trained.champion.artefact.manifest.version if trained.champion else ""
    return Manifest(
        model=origin.model,
        version=hashlib.sha256("\0".join([*parts, parent]).encode()).hexdigest()[:12],
        created_time=origin.created_time,
        label=Label(name=origin.target, horizon_days=trained.plan.horizon_days),
        feature_schema=schema,
        configuration=configuration,
        data_sha256=origin.data_sha256,
        code_sha256=code,
        seed=seed,
        libraries=libraries,
        parent=parent,
    )


def code_sha256() -> str:
    """Return the hash of the sources that training runs: this package and the one that scores."""
    digest = hashlib.sha256()
    for package in (scoring, training):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            digest.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _thresholds(trained: Trained) -> Thresholds:
    riskiest = float(np.quantile(trained.tables.probabilities(trained.reference_rows), 0.9))
    return Thresholds(at_risk=trained.plan.profit.break_even, top_decile=float(np.clip(riskiest, 1e-9, 1 - 1e-9)))


def _golden(trained: Trained) -> list[GoldenRow]:
    """Take customers from all over the table, one of whom nothing is known, and one who has what nobody has seen."""
    schema, raw = trained.prepared.schema, trained.prepared.raw
    places = np.unique(np.linspace(0, len(raw) - 1, N_GOLDEN).astype(np.int64))
    customers: list[dict[str, FeatureValue]] = raw.select(list(schema.inputs)).take(places).to_pylist()
    strange: dict[str, FeatureValue] = dict.fromkeys(schema.inputs, 1e12)
    strange |= {feature.name: "never seen" for feature in schema.features if feature.n_categories}
    return [GoldenRow.of(trained.tables, schema, customer) for customer in [*customers, {}, strange]]
