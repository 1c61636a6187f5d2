"""``python -m tests.golden.write_tables FOLDER``: a model of format 1, with pairs, and what it answers to the bit.

Run on a commit before there were triples. See the package for how to run it there.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np

from scoring.model.tables import Kernel
from tests.scoring_models import small_rows, write_model

N_ROWS = 50


def main(folder: Path) -> None:
    """Write the model's folder and a line for each row: its values, log-odds and contributions as hex floats."""
    shutil.rmtree(folder, ignore_errors=True)
    kernel = Kernel(write_model(folder).tables)
    rows = small_rows(np.random.default_rng(11), N_ROWS)
    rows[np.random.default_rng(12).random(rows.shape) < 0.1] = np.nan
    with (folder / "answers.jsonl").open("w") as answers:
        for row in rows.tolist():
            terms = kernel.terms(kernel.binned(row))
            answer = {
                "row": [x.hex() for x in row],
                "log_odds": kernel.log_odds(terms).hex(),
                "contributions": [x.hex() for x in kernel.contributions(terms)],
            }
            answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
