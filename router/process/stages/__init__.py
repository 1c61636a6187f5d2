"""In which stage a work item stands, and what entering one asks for and opens."""
