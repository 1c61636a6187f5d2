"""How far everybody is from a fair share: ``report`` against the proven bound, ``baselines`` to compare with."""
