"""Routing: who gets the next work item, decided fairly, explained, and proved.

The map, from the ways in down to the values; each room imports those below it, none beside or above it::

    rpc        cli                  the ways in: servicers, commands
    wording                         decisions in words, in each language
    adapters                        what matches the ports: Redis, queue, durable-rules, sandbox
    history                         the log: codec, chain, what follows from it, replay, monitor, watch
    submission  backlog             in front of the queue; what waits for an owner
    fairness    erasure             how far from a fair share; what is personal, erased
    timers                          what falls due by time: follows the log, fires each once
    assignment                      the decision: roster, planner, ledger, choice, service, explanation
    rules                           what a route means: pools, requirements, preferences, fallbacks, tests, publishing
    workforce                       reps, pools and territories: edits, service
    model                           values alone

Below them stand the rule language (``rules`` at the top of the project), ``store`` and ``workqueue``. Rooms of one line
never import each other: they meet in the log.

A request is read straight down: ``rpc.routing`` → ``assignment.service`` → ``assignment.planner`` (filter and score) →
``adapters.redis.assignments`` → the script ``bind.lua`` (reserve by the ledger, and bind, in one step). In each room
pure modules are named by their noun, ``service`` holds use cases, ``ports`` what the room needs of the world.
"""
