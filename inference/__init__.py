"""Sketch in, face out. Knows no web framework and no database; `python -m inference --help`."""
