"""In front of the queue: ``service`` takes work items in and routes what was taken in; ``ports`` is the queue."""
