"""Where queues live: in Redis or Valkey."""
