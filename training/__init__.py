"""How a model is made: a table of customers or events in, exact tables with an honest report out.

Read on in this order: `training.preparing` (what may be learnt from), `training.candidates` (the ladder),
`training.train` (the use case), `training.publishing` (the artefact), `training.cli`; and `training.snapshots`
(events to point-in-time rows).
"""
