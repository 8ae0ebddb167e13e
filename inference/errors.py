"""What can go wrong, in words a person can act on."""

from imaging.words import Worded


class InferenceError(Worded):
    """The message says what happened and what to do next."""


class WeightsError(InferenceError):
    """A checkpoint is absent, altered or of another architecture."""


class UnknownEngine(InferenceError):
    """No engine of that name."""


class BadControl(InferenceError):
    """A control is outside of its range."""
