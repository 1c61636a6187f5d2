"""To see what a server does: ``logs`` for reading, ``metrics`` for watching, ``traces`` for following one call.

Each listens to the calls of the server (``calls`` says what it hears) and to the scripts in the store. A package of its
own rather than a room in each of the others, because all of them are watched alike; it imports nothing of ours, so
that anything may be watched. What is off costs nothing: nobody listens then.
"""
