"""The use case behind ``fairlead train`` and TrainModel: from a file to a version in a registry.

Read the table, leave out what must not be learnt from, train beside the champion, publish. The same request makes the
same version, whoever carries it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scoring.model.artefact import Artefact
from scoring.model.schema import FeatureSchema
from tables.report import ReadReport
from training.champion import current_champion
from training.data.cleaning import Note
from training.data.columns import Columns
from training.data.preparing import Prepared, prepare
from training.data.reading import file_sha256, horizon_of, read_table
from training.learn.candidates import LADDER
from training.plan import TrainingPlan
from training.progress import ProgressListener
from training.report.document import Document
from training.report.publishing import Origin, publish
from training.request import TrainRequest
from training.sentences import Sentence
from training.strategies import train


@dataclass(frozen=True, eq=False)
class Ready:
    """A table that was read, what is to be done with it, and the account of what was read."""

    request: TrainRequest
    file: Path
    prepared: Prepared
    horizon_days: int
    report: ReadReport


@dataclass(frozen=True, eq=False)
class Published:
    """What was asked for, the version as a server reads it, its folder, its report, and the champion beside it."""

    request: TrainRequest
    artefact: Artefact
    folder: Path
    report: Document
    champion: Artefact | None = None


def read(
    request: TrainRequest, file: Path, *, schema: FeatureSchema | None = None, horizon_days: int | None = None
) -> Ready:
    """Read the table of a request.

    Parameters
    ----------
    file
        Where ``request.data`` lies.
    schema
        The features to use; None: guess.
    horizon_days
        Days until a row's outcome is known; None: as the file says.

    Raises
    ------
    InvalidInput, NotPossible
        If it cannot be read, or nothing can be learnt from it.
    """
    columns = Columns(
        request.target, request.positive, request.id_column, request.dropped, request.time_column, schema,
        request.negative,
    )  # fmt: skip
    table, report = read_table(file, columns, request.reading)
    horizon = horizon_of(table) if horizon_days is None else horizon_days
    prepared = prepare(table, columns)
    account = replace(report, file=file.name)
    prepared = replace(prepared, notes=(*prepared.notes, *_notes_of(account)), read=account.document())
    return Ready(request, file, prepared, horizon, report)


def _notes_of(report: ReadReport) -> Iterator[Note]:
    """Say of which columns some values could not be read."""
    for column in report.columns:
        if column.n_unreadable:
            first = str(column.first)  # "line 42, '#DIV/0!'"
            line, _, value = first.removeprefix("line ").partition(", ")
            unreadable = Sentence(
                "{n:,} values are no {form}: missing; first {first}",
                n=column.n_unreadable, form=column.form, first=first, line=line, value=value,
            )  # fmt: skip
            yield Note(column.name, unreadable)


def train_and_publish(ready: Ready, registry: Path, progress: ProgressListener) -> Published:
    """Train beside the registry's champion and write the version into the registry.

    Raises
    ------
    InvalidInput, NotPossible
        If it cannot be trained.
    ArtefactRefused
        If the champion is not what was promoted.
    """
    request = ready.request
    ladder = LADDER[: request.rungs or len(LADDER)]
    plan = TrainingPlan(request.seed, ready.horizon_days, ladder, profit=request.profit)
    champion = current_champion(str(registry), request.model)
    trained = train(ready.prepared, plan, champion=champion, progress=progress)
    progress.stage("publish", 1)
    sha256, now = file_sha256(ready.file), datetime.now(UTC)
    origin = Origin(request.model, request.target, sha256, request.configuration, now, request.command)
    published = Published(request, *publish(trained, origin, registry), champion)
    progress.advance()
    return published
