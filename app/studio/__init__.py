"""The studio: sketches, the work asked for on them, and the likenesses that came of it."""
