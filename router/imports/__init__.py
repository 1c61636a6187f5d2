"""Imports: work items that come with their owners, from wherever they were before, apart from the ledger.

``service`` enters a page of them; ``ports`` says where pages wait for it.
"""
