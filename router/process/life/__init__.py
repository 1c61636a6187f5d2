"""What happened to one work item."""
