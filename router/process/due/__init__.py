"""What falls due of a work item, and when."""
