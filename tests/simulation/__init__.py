"""The simulated company: a seeded run of a whole firm through the real code, a year in minutes.

::

    firm          its offices, reps, pools, calendars and rules
    agenda        what happens to it: leads, closings, leave, presence, edits, faults; drawn from the seed alone
    system        the real planner, ledger, timers and scripts, on Valkey or its twin in memory, and their clock
    truth         what is so, worked out another way: who works now, who is on leave, who owns what
    books         the ledgers, worked out from the log alone
    covering      who stands in for whom: whose each lead is, and who has it while they are on leave
    moving        what a manager moves many at once, and what an update is to move
    offering      what offers promise beside that: who holds how many, who refused what, when each lapses
    process       the process that leads are in: as it is published, and as plain numbers
    lives         what happened to each lead: who had it, its stages, pauses and approvals, from the log alone
    dues          what falls due of that, and when its steps are
    stepping, staging, spending  what that promises: of steps, of stages and children, of where time went
    digesting     when lists of what falls due are made, and what falls into them
    telling       who is told of steps, of lists, and of what goes to somebody else
    complaint     the process that complaints are in, likewise
    complaining   how severe they are, what they repeat, what their customers may be asked, and who calls them
    serving       what happens about complaints
    working       what people do about leads in their process
    promises      what must hold after each event of the log
    run           one after the other: move the clock, let it happen, settle, check
    side_by_side  a run on each store at the same time

Nothing reads the machine's time or draws an unseeded number: the same seed makes the same log to the bit, on both
stores.
"""
