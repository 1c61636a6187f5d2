"""How is this customer: churn risk from exact tables with reasons that add up, health from signals, stage and tier.

Read on in this order: `scoring.schema` (what a model reads), `scoring.tables` (how it scores), `scoring.artefact`
(the folder it comes in), `scoring.customers` (one customer, in words), `scoring.registry` (which model serves).
"""
