"""Real photos of people who were identified, each beside the likeness that was made of them."""
