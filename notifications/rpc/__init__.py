"""DeliveryService: the servicer between messages and use cases; ``messages`` converts."""
