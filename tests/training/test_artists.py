"""Networks that learned from artists: what they see, what they draw, and who may learn from their drawings."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.recipes import TINY, written
from training.__main__ import main
from training.artists.batches import DrawingBatches
from training.artists.drawn import DRAWINGS, LIST, Drawn, load_drawn
from training.artists.styles import codes, styles_in
from training.batches import Mix, SketchPairs
from training.data import Images, Prepared, load_prepared
from training.data.manifest import NAME as MANIFEST
from training.engine import diary
from training.history import NOTHING
from training.recipe import load_recipe, parse

ARTIST = TINY.replace('"pix2pix"', '"artist"').replace("real_share = 0.5\nface_ramp = [0, 1]\n", "")
ARTIST = ARTIST.replace("dropout = 0.25", "dropout = 0.25\nappearance = 3")


@pytest.fixture
def own_cache(cache: Path, tmp_path: Path) -> Path:
    """A copy to draw into."""
    return Path(shutil.copytree(cache, tmp_path / "cache"))


@pytest.fixture
def command(data: Path, own_cache: Path) -> list[str]:
    return ["--data", str(data), "--cache", str(own_cache), "--threads", "1"]


def in_two_styles(data: Prepared) -> Prepared:
    """The first drawing is of style 1, the others of style 0."""
    drawn = [k for k, face in enumerate(data.faces) if face.sketch]
    faces = [replace(face, attributes={"style": int(k == drawn[0])}) if face.sketch else face
             for k, face in enumerate(data.faces)]  # fmt: skip
    return replace(data, faces=faces)


def train_artist(command: list[str], folder: Path, top: str = "") -> Path:
    (folder / "artist.toml").write_text(top + ARTIST)
    assert (
        main([*command, "train", str(folder / "artist.toml"), "--run", str(folder / "artist"), "--device", "cpu"]) == 0
    )
    return folder / "artist"


def test_an_artist_sees_the_grey_photo_and_is_asked_for_its_drawing_in_its_style(prepared: Prepared) -> None:
    data = in_two_styles(prepared)
    batch = DrawingBatches(data, "train", 12, 3, seed=1).batch(0)
    assert batch.sketch.shape == (12, 1, 256, 256)
    assert batch.photo.shape == (12, 3, 256, 256)
    assert torch.equal(batch.photo[:, 0], batch.photo[:, 2])
    # One drawing has the one style and three the other: by the square root of their numbers, a third and two thirds.
    many = [DrawingBatches(data, "train", 12, 3, seed=1).batch(step).appearance for step in range(20)]
    shares = torch.cat(many).mean(0)
    assert shares[2] == 0
    assert shares[1] == pytest.approx(1 / (1 + 3**0.5), abs=0.1)


def test_photo_and_drawing_move_together(prepared: Prepared) -> None:
    """Of a face that is its own drawing, both stay alike however they are turned and lit."""
    photos, regions = np.zeros_like(prepared.photos), np.full_like(prepared.regions, 255)
    for k in prepared.rows("train", with_sketch=True):
        photos[k] = prepared.sketches[prepared.sketch_of[k]][..., None]
    silhouettes = np.full_like(prepared.silhouettes, 255)
    alike = replace(prepared, photos=photos, regions=regions, silhouettes=silhouettes)
    batches = [DrawingBatches(alike, "train", 6, 3, seed=2).batch(step) for step in range(2)]
    assert not torch.equal(batches[0].sketch, batches[1].sketch)
    for batch in batches:
        for photo, drawing in zip(batch.sketch[:, 0], batch.photo[:, 0], strict=True):
            assert np.corrcoef(photo.flatten().numpy(), drawing.flatten().numpy())[0, 1] > 0.95


def test_more_styles_than_the_network_is_told_are_refused() -> None:
    assert codes(2, 3).tolist() == [[1, 0, 0], [0, 1, 0]]
    with pytest.raises(ValueError, match=r"set appearance of \[network\] to 4 or more"):
        codes(4, 3)


def test_what_an_artist_drew_is_learned_from_and_written_down(
    command: list[str], own_cache: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    artist = train_artist(command, tmp_path)
    assert main([*command, "draw", "--run", str(artist), "--device", "cpu"]) == 0
    prepared = load_prepared(data, own_cache)
    photos = len(prepared.rows("train"))
    assert f"{photos} drawings" in capsys.readouterr().out
    about, drawings = json.loads((own_cache / LIST).read_text()), np.load(own_cache / DRAWINGS)
    assert about["styles"] == list(styles_in(prepared)) == ["fs2k"]
    assert drawings.shape == (len(prepared.faces), 1, 256, 256)
    assert (drawings.std((1, 2, 3)) > 0).sum() == photos
    before = (own_cache / DRAWINGS).stat().st_mtime_ns
    assert main([*command, "draw", "--run", str(artist), "--device", "cpu"]) == 0
    assert (own_cache / DRAWINGS).stat().st_mtime_ns == before  # the same weights draw the same faces once

    recipe = written(tmp_path / "own.toml", ("real_share = 0.5", "real_share = 0.0\ndrawn_share = 0.5"))
    assert main([*command, "train", str(recipe), "--run", str(tmp_path / "own"), "--device", "cpu"]) == 0
    # It drew no artist's pair itself, and yet knows their hands.
    assert diary.read(tmp_path / "own")["saw"]["drawings"] == ["fs2k"]


def test_drawings_are_a_share_of_the_made_sketches(prepared: Prepared) -> None:
    marked: Images = np.full((len(prepared.faces), 2, 256, 256), 77, np.uint8)
    drawn = Drawn(marked, ("a", "b"), NOTHING)
    pairs = SketchPairs(prepared, "train", 2, Mix(0.0, drawn_share=0.4), seed=3, drawn=drawn)
    rng = np.random.default_rng(0)
    made = [pairs._made(int(rng.choice(prepared.rows("train"))), rng).sketch for _ in range(60)]
    assert 0.25 < np.mean([(sketch == 77).all() for sketch in made]) < 0.55
    with pytest.raises(ValueError, match="there are none"):
        SketchPairs(prepared, "train", 2, Mix(0.0, drawn_share=0.4), seed=3)


def test_a_style_that_is_left_out_is_not_learned_through_an_artist(
    command: list[str], own_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = load_recipe(str(written(tmp_path / "own.toml", top='drawn_share = 0.5\nleave_out = ["fs2k"]\n')))
    with pytest.raises(FileNotFoundError, match="training draw"):
        load_drawn(own_cache, recipe)
    artist = train_artist(command, tmp_path)
    assert main([*command, "draw", "--run", str(artist), "--device", "cpu"]) == 0
    with pytest.raises(ValueError, match=r"leaves out fs2k, and the artist .* learned"):
        load_drawn(own_cache, recipe)
    only_open = load_recipe(str(written(tmp_path / "open.toml", top='drawn_share = 0.5\nterms = "open"\n')))
    with pytest.raises(ValueError, match="leaves out sets whose terms are not open"):
        load_drawn(own_cache, only_open)
    fits = load_recipe(str(written(tmp_path / "fits.toml", top="drawn_share = 0.5\n")))
    assert load_drawn(own_cache, fits) is not None
    styled = load_recipe(str(written(tmp_path / "styled.toml", top='drawn_share = 0.5\nleave_out = ["fs2k/style1"]\n')))
    with pytest.raises(ValueError, match=r"leaves out fs2k/style1"):  # of this set no style is known: any may be in it
        load_drawn(own_cache, styled)
    (own_cache / MANIFEST).write_text("".join((own_cache / MANIFEST).read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(ValueError, match="of other faces than are prepared now"):
        load_drawn(own_cache, fits)


def test_only_an_artist_draws(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "draw", "--run", str(tmp_path / "nobody")]) == 2
    assert "is no run of an artist" in capsys.readouterr().err


def test_a_drawing_is_not_shown_to_a_recogniser_of_photos() -> None:
    with pytest.raises(ValueError, match="there is no key identity"):
        parse(ARTIST.replace("l1 = 30.0", "l1 = 30.0\nidentity = 1.0"), "artist")
