"""What falls due of work items by their processes: ``lives`` reads how it stands, ``recipients`` says who is told of a
step, ``telling`` tells them, ``queries`` lists. What falls due is said by ``router.process``, purely; ``router.timers``
has it done.
"""
