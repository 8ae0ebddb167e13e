"""Filing: which case a sketch is in, and what a case shows of its sketches."""
