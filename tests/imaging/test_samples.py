"""The committed samples are what the code draws, and what the intake takes."""

import json

import numpy as np
import pytest
from PIL import Image

from imaging.decode import decode_image, refuse_blank
from imaging.samples import FOLDER, SAMPLES, Sample, draw_sample


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_the_committed_sample_is_what_the_code_draws(sample: Sample) -> None:
    committed = np.asarray(Image.open(FOLDER / sample.file).convert("RGB"), np.float64)
    drawn = np.asarray(draw_sample(sample).convert("RGB"), np.float64)
    assert committed.shape == drawn.shape
    assert np.abs(committed - drawn).mean() < 1.0  # another processor may round a stroke's edge otherwise


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_samples_are_small_and_come_in(sample: Sample) -> None:
    data = (FOLDER / sample.file).read_bytes()
    assert len(data) < 120_000
    decoded = decode_image(data)
    refuse_blank(decoded.image)
    assert 512 <= decoded.width <= 640


def test_the_listing_names_every_sample_and_nothing_else() -> None:
    listing = json.loads((FOLDER / "samples.json").read_text(encoding="utf-8"))
    assert listing == [{"file": sample.file, "title": sample.title} for sample in SAMPLES]
    assert {path.name for path in FOLDER.iterdir()} == {sample.file for sample in SAMPLES} | {"samples.json"}
