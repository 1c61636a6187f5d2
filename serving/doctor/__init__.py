"""``fairlead doctor``: ``command`` asks each part of a set-up how it is.

``host`` and ``store`` hold the questions, ``finding`` the answers.
"""
