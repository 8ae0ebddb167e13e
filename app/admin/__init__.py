"""What administrators do: accounts."""
