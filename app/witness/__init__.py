"""Witness sessions: who drew, when, from which witness, by which method, and what was said that no drawing tells."""
