"""The one way out: to public addresses, and to networks that the operator named."""
