"""A recipe small enough for tests, with what a test changes."""

from pathlib import Path

from training.recipe import Recipe, load_recipe

TINY = """
kind = "pix2pix"
seed = 1
batch = 2
real_share = 0.5
face_ramp = [0, 1]
[network]
width = 4
norm = "instance"
upsample = "resize"
dropout = 0.25
[discriminator]
width = 4
from_step = 1
[optimizer]
learning_rate = 4e-4
discriminator_rate = 2e-4
[weights]
l1 = 30.0
gan = 0.6
feature_matching = 10.0
[schedule]
steps = 2
log_every = 1
save_every = 1
"""


def written(path: Path, *changes: tuple[str, str], top: str = "") -> Path:
    """TINY with `top` before it and old texts changed to new ones; each must be there."""
    text = top + TINY
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


def tiny(path: Path, *changes: tuple[str, str], top: str = "") -> Recipe:
    return load_recipe(str(written(path, *changes, top=top)))
