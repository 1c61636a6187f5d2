"""Offers: what a pool hands out is somebody's once they accept it.

An offer enters the ledger at once, like an assignment, and reserves a unit of load and of every cap; what many are
offered enters nothing before somebody accepts. Whoever answers makes one atomic step; a decline, a lapse or a
rescission undoes exactly what the offer did, and the work item waits to be offered anew.
"""
