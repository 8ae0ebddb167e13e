"""Cases: what the agency works on, and who sees which of them."""
