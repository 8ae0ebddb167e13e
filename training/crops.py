"""What recognisers cut out of an aligned face."""

from inference.matcher import POINTS as RECOGNISER_POINTS

__all__ = ["RECOGNISER_POINTS"]
