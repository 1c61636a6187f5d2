"""What a process fills in as a work item comes."""
