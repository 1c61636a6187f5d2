"""The tests beside a process."""
