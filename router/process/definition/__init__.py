"""What a published process says."""
