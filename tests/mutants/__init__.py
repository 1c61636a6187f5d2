"""Small random edits of the modules that changed, and the tests that should notice them: ``python -m tests.mutants``.

``edits`` draws them, ``concerned`` finds the tests of a module, ``__main__`` makes the edits one by one in a copy.
"""
