"""Whole tables scored, shard by shard, resumable: `plan` says what is to be done; `adapters` do it."""
