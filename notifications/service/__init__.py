"""What those who look after deliveries do: subscriptions and channels, what was told, and another try of it."""
