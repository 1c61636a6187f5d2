"""What was published of processes, and the publishing of more."""
