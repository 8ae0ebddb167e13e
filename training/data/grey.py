"""Photos in black and white."""

from training.data.files import Images

_LEAST = 12  # between the strongest and the weakest channel, of 255; skin has 40 and more


def is_grey(photo: Images) -> bool:
    """Whether the middle of an aligned (256, 256, 3) photo has no colour: it would teach grey skin."""
    middle = photo[64:192:8, 64:192:8].astype("int16")
    return bool((middle.max(-1) - middle.min(-1)).mean() <= _LEAST)
