"""Where queues live: in Redis or Valkey, or in memory for tests."""
