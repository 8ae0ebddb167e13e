"""Who is asking: accounts, their sessions and one-time links."""
