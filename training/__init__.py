"""Data, sketch makers, losses, trainer, metrics and evaluation. Nothing imports it."""
