"""Authentication and authorization: who calls, and what they may.

``guard`` decides, by the table in ``permissions``; ``tokens`` (with the keys of ``jwks``) and ``client_certificates``
turn what a caller shows into a principal. ``tls`` encrypts; ``exposure`` says what must not be open off this machine.
"""
