"""What the imaging package refuses with."""


class ImageRefused(ValueError):
    """A file that cannot become a sketch; ``str(error)`` is one sentence that tells the person what to do."""
