"""What everything costs, measured; each module says what it measures, and ``python -m benchmarks`` runs them."""

# Before any module here imports gRPC: it settles what gRPC reads from the environment. By another name, because there
# is a ``benchmarks.serving`` too.
import serving as _serving  # noqa: F401
