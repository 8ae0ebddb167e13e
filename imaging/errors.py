"""What the imaging package refuses with."""

from imaging.words import Worded


class ImageRefused(Worded, ValueError):
    """A file that cannot become a sketch; its sentence tells the person what to do."""
