"""Where everything random in a training comes from."""

DEFAULT_SEED = 42
