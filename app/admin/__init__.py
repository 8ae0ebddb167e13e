"""What administrators do: accounts, invitations, units, and the page of operations."""
