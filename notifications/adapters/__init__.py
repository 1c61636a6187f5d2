"""Where deliveries are kept."""
