"""Measurements. Never part of the tests: machines are noisy, so everything here is a ratio within one run."""
