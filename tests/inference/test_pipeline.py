"""Sketch in, likeness out: the same bytes every time, with everything that made them."""

import gc
import hashlib
import io
import json
import resource
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inference.errors import BadControl, UnknownEngine
from inference.mark import LABEL, SHORT_MARK
from inference.options import MAX_SEED, RenderOptions
from inference.pipeline import Pipeline, to_image, to_input
from inference.version import VERSION
from tests.inference.drawings import drawn

FAST = RenderOptions(restore=False)
EYES = ((96.0, 120.0), (160.0, 121.0))


def pixels(png: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(Image.open(io.BytesIO(png)), np.float64)


def test_the_same_sketch_gives_the_same_bytes_alone_and_after_others(tiny: Pipeline, tiny_weights: Path) -> None:
    alone = tiny.render(drawn(1).image, FAST).png
    for other in (drawn(2).image, drawn(3).image.resize((90, 300))):
        assert tiny.render(other, FAST).png != alone
    torch.manual_seed(1234)
    assert tiny.render(drawn(1).image, FAST).png == alone
    assert Pipeline.load(tiny_weights, "cpu").render(drawn(1).image, FAST).png == alone


def test_a_seed_is_one_variation_and_0_is_the_plain_answer(tiny: Pipeline) -> None:
    plain, five, again, six = (
        tiny.render(drawn(1).image, RenderOptions(seed=seed, restore=False)).png for seed in (0, 5, 5, 6)
    )
    assert five == again
    assert len({plain, five, six}) == 3


def test_size_and_kind_of_the_picture(tiny: Pipeline) -> None:
    for options, side in ((RenderOptions(), 512), (FAST, 256)):
        rendered = tiny.render(drawn(1).image, options)
        image = Image.open(io.BytesIO(rendered.png))
        assert (image.format, image.size, image.mode) == ("PNG", (side, side), "RGB")
        assert (rendered.provenance["output"]["width"], rendered.provenance["output"]["height"]) == (side, side)


def test_strength_blends_towards_the_restorer(tiny: Pipeline) -> None:
    none, half, whole = (pixels(tiny.render(drawn(1).image, RenderOptions(strength=s)).png) for s in (0.0, 0.5, 1.0))
    assert np.abs(whole - none).mean() > 2
    assert np.abs((none + whole) / 2 - half)[:480].max() <= 1.5  # rounding; the mark is below


def test_without_a_restorer_the_face_is_enlarged(tiny: Pipeline) -> None:
    bare = Pipeline(tiny.device, tiny.engines, (tiny.landmarks_checkpoint, tiny.landmarks), None)
    assert (
        bare.render(drawn(1).image, RenderOptions()).png == tiny.render(drawn(1).image, RenderOptions(strength=0)).png
    )
    assert bare.default_strength == 0.0
    assert bare.describe()["engines"][0]["controls"] == ["seed"]


def test_the_mark_is_on_the_picture_and_the_label_in_the_file(tiny: Pipeline) -> None:
    for options, side in ((RenderOptions(), 512), (FAST, 256)):
        rendered = tiny.render(drawn(1).image, options)
        image = Image.open(io.BytesIO(rendered.png))
        image.load()
        assert image.text["Description"] == LABEL  # type: ignore[attr-defined]
        band = np.asarray(image.convert("L"), np.float64)[-round(side * 0.041) :]
        assert band.max() > 200  # letters
        assert np.median(band) < 110  # on a dark band
    assert "NOT A PHOTO" in SHORT_MARK


def test_provenance_says_everything_that_made_the_picture(tiny: Pipeline) -> None:
    digest = hashlib.sha256(b"the sketch's file").hexdigest()
    rendered = tiny.render(drawn(1).image, RenderOptions(seed=7, strength=0.25, eyes=EYES), digest)
    record = json.loads(json.dumps(rendered.provenance))
    milliseconds = record.pop("milliseconds")
    assert list(milliseconds) == ["align", "prepare", "generate", "restore", "encode"]
    assert all(value >= 0 for value in milliseconds.values())
    assert milliseconds["generate"] > 0
    code = record.pop("code")
    assert code["version"].startswith(VERSION)
    assert code["torch"] == str(torch.__version__)
    by_kind = {weights["kind"]: weights for weights in tiny.describe()["weights"]}
    part = {kind: {"name": w["name"], "sha256": w["sha256"]} for kind, w in by_kind.items()}
    assert record == {
        "schema": 1,
        "label": LABEL,
        "input": {"sha256": digest, "width": 256, "height": 256},
        "output": {
            "sha256": hashlib.sha256(rendered.png).hexdigest(), "width": 512, "height": 512, "media_type": "image/png"
        },
        "engine": "pix2pix",
        "demonstration": True,
        "weights": {"engine": part["pix2pix"], "restorer": part["restorer"]},
        "controls": {
            "seed": 7, "strength": 0.25, "restore": True, "appearance": {"skin": None, "hair": None, "eyes": None},
            "candidate": {"number": 1, "count": 1, "by": "asked", "varied": []},
        },
        "alignment": {
            "method": "given", "eyes": [[96.0, 120.0], [160.0, 121.0]], "confidence": 1.0,
            "note": "Aligned by the eyes that were given.",
        },
        "device": tiny.device.label,
    }  # fmt: skip


def test_only_weights_that_had_a_part_are_named(tiny: Pipeline, shipped: Pipeline) -> None:
    def parts(pipeline: Pipeline, **controls: Any) -> set[str]:
        return set(pipeline.render(drawn(1).image, RenderOptions(**controls)).provenance["weights"])

    assert parts(tiny, align=False) == {"engine"}
    assert parts(tiny, align=False, strength=0.5) == {"engine", "restorer"}
    assert parts(tiny, align=False, strength=0.5, restore=False) == {"engine"}
    assert parts(shipped, restore=False) == {"engine", "landmarks"}


def test_the_alignment_is_recorded(tiny: Pipeline, shipped: Pipeline) -> None:
    off = tiny.render(drawn(1).image, RenderOptions(align=False, restore=False)).provenance["alignment"]
    assert (off["method"], off["eyes"], off["confidence"]) == ("off", None, 0.0)
    found = shipped.render(drawn(1).image, FAST).provenance["alignment"]
    assert found["method"] == "landmarks"
    assert found["eyes"] == shipped.align(drawn(1).image).eyes


def test_given_eyes_move_the_face(tiny: Pipeline) -> None:
    straight = tiny.render(drawn(1).image, RenderOptions(eyes=drawn(1).eyes, restore=False)).png
    moved = tiny.render(drawn(1).image, RenderOptions(eyes=EYES, restore=False)).png
    assert straight != moved


@pytest.mark.parametrize(
    "controls",
    [
        {"seed": -1},
        {"seed": MAX_SEED + 1},
        {"strength": -0.1},
        {"strength": 1.5},
        {"strength": float("nan")},
        {"eyes": ((10.0, 10.0), (12.0, 40.0))},
        {"eyes": ((40.0, 10.0), (10.0, 10.0))},
        {"eyes": ((10.0, 10.0), (float("nan"), 10.0))},
        {"eyes": ((10.0, 10.0), (float("inf"), 10.0))},
    ],
)
def test_controls_out_of_range_are_refused(controls: dict[str, Any]) -> None:
    with pytest.raises(BadControl):
        RenderOptions(**controls)


def test_an_engine_that_is_not_there_is_refused_with_those_that_are(tiny: Pipeline) -> None:
    with pytest.raises(UnknownEngine, match=r"oil-paint.*pix2pix"):
        tiny.render(drawn(1).image, RenderOptions(engine="oil-paint"))
    with pytest.raises(BadControl, match="256 x 256"):
        tiny.render(drawn(1).image, RenderOptions(eyes=((10.0, 10.0), (300.0, 10.0))))


def test_the_description_is_json_for_the_web_page(tiny: Pipeline) -> None:
    described = json.loads(json.dumps(tiny.describe()))
    assert described["device"] == tiny.device.label
    (engine,) = described["engines"]
    assert engine == {
        "name": "pix2pix", "title": "pix2pix", "description": engine["description"], "demonstration": True,
        "controls": ["seed", "strength"], "choices": {}, "default_strength": 0.0,
    }  # fmt: skip
    assert [w["kind"] for w in described["weights"]] == ["pix2pix", "landmarks", "restorer"]


def test_values_and_colours_survive_the_way_to_the_picture() -> None:
    levels = np.arange(256, dtype=np.uint8)
    page = np.tile(levels, (256, 1))
    assert to_input(page).shape == (1, 3, 256, 256)
    back = np.asarray(to_image(to_input(page)))
    assert (back == page[..., None]).all()
    red = torch.full((1, 3, 4, 4), -1.0)
    red[:, 0] = 1.0
    assert to_image(red).getpixel((0, 0)) == (255, 0, 0)
    assert to_image(7 * red).getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.slow
def test_memory_does_not_grow_over_300_sketches(tiny: Pipeline) -> None:
    sketches = [drawn(seed).image for seed in (1, 2, 3)]

    def render(count: int) -> None:
        for k in range(count):
            eyes = EYES if k % 3 else None  # to look for eyes takes longest
            tiny.render(sketches[k // 3 % 3], RenderOptions(seed=k % 7, restore=False, eyes=eyes))
        gc.collect()

    render(50)
    before = _resident_mb()
    render(250)
    assert _resident_mb() - before < 30


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
