"""Which three features may meet in a tree: those that gained most where trees were free to choose.

Trees of depth three see at most three features each. Those of a scouting fit are read: what a set of three features is
worth is the loss that the splits saved below which all three have been seen. The strongest are kept as long as their
tables stay small, so that a model of triples is still read in a moment and looked up in microseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

MAX_TRIPLES = 60
"""Triples that are kept: each is one more number to look up for every customer."""

MAX_CELLS = 100_000
"""Numbers in all their tables together: 800 kB."""

Triple = tuple[int, int, int]


def strongest(trees: Sequence[Any], n_bins: Sequence[int]) -> list[Triple]:
    """Return the triples to keep, in rising order.

    Parameters
    ----------
    trees
        Of the scouting fit, as scikit-learn keeps them.
    n_bins
        For each column how many bins it will have at most, which says how large a table is.
    """
    gains: defaultdict[Triple, float] = defaultdict(float)
    for tree in trees:
        for triple, gain in _gains(tree):
            gains[triple] += gain
    kept: list[Triple] = []
    room = MAX_CELLS
    for triple in sorted(gains, key=lambda each: (-gains[each], each)):
        n_cells = prod(n_bins[place] for place in triple)
        if n_cells <= room and len(kept) < MAX_TRIPLES:
            kept.append(triple)
            room -= n_cells
    return sorted(kept)


def _gains(tree: Any) -> Iterator[tuple[Triple, float]]:
    """Yield what each split gained by which three features have been seen, itself included."""
    open_nodes: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
    while open_nodes:
        place, above = open_nodes.pop()
        node = tree.nodes[place]
        if node["is_leaf"]:
            continue
        seen = above | {int(node["feature_idx"])}
        if len(seen) == 3:
            a, b, c = sorted(seen)
            yield (a, b, c), float(node["gain"])
        open_nodes += [(int(node["left"]), seen), (int(node["right"]), seen)]
