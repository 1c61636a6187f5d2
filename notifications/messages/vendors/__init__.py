"""The robots of vendors: a module each, of two pure functions: what a digest is as a request, and what an answer means.

What people wrote, names of reps and titles, is written so that no vendor reads markup in it: it can mention nobody, and
link to nothing.
"""
