"""What the sections conclude, where the answer is known beforehand."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.appearance import COLOURS, Appearance, Lab
from inference.appearance import UNKNOWN as UNTOLD
from inference.template import FIVE_POINTS
from tests.training.evaluation.labelled import photo_of
from training.colours import to_rgb
from training.data import Face, Images
from training.data.manifest import write_cache
from training.evaluation import fairness
from training.evaluation.appearance import UNSET, Change, _section
from training.evaluation.bench import Bench, style_of
from training.evaluation.candidates import measure_candidates, smallest
from training.evaluation.detector import Detector, Points, apart, was_found
from training.evaluation.faithfulness import eyes_kept
from training.evaluation.judge import cosines
from training.evaluation.moves import detector_noise
from training.evaluation.recoloured import moves_by_colour
from training.evaluation.regions import region, to_lab
from training.evaluation.report import Row
from training.evaluation.robustness import harmed
from training.evaluation.runs import Model, seen_of_run
from training.history import UNKNOWN, Seen

NOWHERE = np.full((1, 5, 2), np.nan)


class DarkestPoint(Detector):
    """Finds every point at the centre of the picture's dark pixels: it follows what moves, to a part of a pixel."""

    def __init__(self) -> None:
        pass

    def points(self, pictures: Images) -> Points:
        return np.stack([np.tile(self._centre(picture), (5, 1)) for picture in pictures])

    @staticmethod
    def _centre(picture: Images) -> Points:
        weight = np.clip(200.0 - picture.mean(-1), 0, None)
        y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
        return np.array([(x * weight).sum(), (y * weight).sum()]) / float(weight.sum())


def face(**values: object) -> Face:
    known = {
        "archive": Path("x.zip"), "id": "1", "set": "fs2k", "person": "p", "split": "test", "photo": "p", "sketch": "s",
        "mask": None, "landmarks": FIVE_POINTS, "attributes": {}, "source": "",
    }  # fmt: skip
    return Face(**(known | values))  # type: ignore[arg-type]


def change(moved: Mapping[int, tuple[float, float, float]], control: str = "skin") -> Change:
    """From light to dark, asked for 40 less of L; `moved` says what so many faces did."""
    rows = [colour for count, colour in moved.items() for _ in range(count)]
    return Change(control, ("light", "dark"), np.array([-40.0, 3.0, 1.0]), np.array(rows, np.float64))


def test_a_control_is_obeyed_when_95_percent_of_the_faces_move_the_asked_way() -> None:
    obeyed = change({19: (-20.0, 1.0, 0.0), 1: (3.0, 0.0, 0.0)})
    assert obeyed.row()["obeyed"] == pytest.approx(0.95)
    assert obeyed.row()["amount"] == pytest.approx(803 / 1610)
    disobeyed = change({18: (-20.0, 1.0, 0.0), 2: (0.0, 0.0, 0.0)}, "hair")
    met = {figure.name: figure.met for figure in _section([obeyed, disobeyed], [], None).figures}
    assert met == {"Control skin: colour moves as asked": True, "Control hair: colour moves as asked": False}


def test_the_worst_change_decides_and_unknown_is_one() -> None:
    """From unknown every face has its own way to the asked colour, and the third has none to go."""
    ways = np.array([[20.0, 0, 0], [-12.0, 0, 0], [-9.0, 0, 0]])
    unset = Change("skin", (UNSET, "tan"), ways, np.array([[10.0, 3.0, 0], [12.0, 0, 0], [12.0, 0, 0]]))
    told = {"change": "unknown to tan", "faces": 2, "obeyed": 0.5, "way": 16.0, "amount": -0.25}
    assert unset.row() | told == unset.row()
    near = Change("skin", (UNSET, "light"), ways[2:], ways[2:])
    assert near.row() == {"control": "skin", "change": "unknown to light", "faces": 0}
    obeyed = change({1: (-20.0, 1.0, 0.0)})
    (figure,) = _section([obeyed, unset, near], [], None).figures
    assert figure.met is False
    assert figure.value == "100.0% of all pairs, 50.0% from unknown; worst 50.0% (unknown to tan)"


def test_landmarks_may_move_by_the_detectors_own_noise() -> None:
    noise = np.linspace(0, 1, 101)
    for moves, met in ((noise * 0.9, True), (noise * 1.2, False)):
        figure = _section([change({1: (-1.0, 0.0, 0.0)})], [moves], noise).figures[-1]
        assert figure.met is met
        assert "0.95 px" in figure.aim


def test_the_noise_does_not_hold_the_shift_itself() -> None:
    page = np.full((2, 64, 64, 3), 255, np.uint8)
    page[:, 20:30, 30:44] = 40
    noise = detector_noise(DarkestPoint(), page)
    assert noise.shape == (8,)
    assert 0 < noise.max() < 0.1  # shifted by up to half a pixel, which was taken off again


def test_appearance_is_measured_on_a_renderer_that_colours(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.evaluation import appearance

    class Obedient:
        def choices(self) -> Mapping[str, Mapping[str, tuple[float, float, float]]]:
            return {"skin": COLOURS["skin"]}

        def coloured(self, sketches: Images, setting: Mapping[str, str]) -> Images:
            colour = np.array(COLOURS["skin"][setting.get("skin", "tan")])
            return np.broadcast_to(to_rgb(colour[None, None])[0, 0], sketches.shape).copy()

    assert "know no appearance controls" in appearance.measure_appearance(bench).note
    monkeypatch.setattr(bench, "renderer", Obedient())
    section = appearance.measure_appearance(bench)
    rows = {str(row["change"]): row for row in section.tables[0].rows}
    assert len(rows) == 15 + 6  # pairs of six, and from unknown
    near = {"unknown to intermediate", "unknown to tan", "unknown to brown"}  # unknown is tan here: no way to go
    assert {name for name, row in rows.items() if row["faces"] == 0} == near
    far = [row for name, row in rows.items() if name not in near]
    assert all(row["obeyed"] == 1 and float(row["amount"] or 0) == pytest.approx(1, abs=0.05) for row in far)
    assert [figure.met for figure in section.figures] == [True]


def test_photos_given_other_colours_say_what_a_detector_makes_of_colour_alone(bench: Bench, tmp_path: Path) -> None:
    """Skin is the left half: darkened, it draws this detector's points to the left."""
    count, colours, skin = len(bench.faces), {"skin": {"dark": (20.0, 10.0, 10.0)}}, np.zeros((3, 256, 256), np.uint8)
    skin[0], skin[1, :, :128] = 255, 255
    np.save(tmp_path / "photos.npy", np.full((count, 256, 256, 3), 180, np.uint8))
    np.save(tmp_path / "regions.npy", np.repeat(skin[None], count, 0))
    np.save(tmp_path / "colours.npy", np.full((count, 3, 3), (73.0, 0.0, 0.0), np.float32))
    for name in ("sketches", "silhouettes"):
        drawn = sum(face.sketch is not None for face in bench.faces)
        np.save(tmp_path / f"{name}.npy", np.zeros((drawn, 1, 1), np.uint8))
    assert moves_by_colour(bench, DarkestPoint(), colours, {"skin": 1.0}) is None
    write_cache(tmp_path, bench.data, bench.faces)
    prepared = replace(bench, cache=tmp_path)
    assert moves_by_colour(prepared, DarkestPoint(), colours, {"skin": 0.0}) == pytest.approx([0.0] * 4, abs=0.01)
    moved = moves_by_colour(prepared, DarkestPoint(), colours, {"skin": 0.5})
    assert moved is not None
    assert moved.min() > 10


def test_eyes_are_kept_within_five_px_and_only_in_faces_that_were_found() -> None:
    drawn = np.repeat(FIVE_POINTS[None] * 256.0, 4, axis=0)
    made = drawn.copy()
    made[1, 1] += (3, 4)
    made[2, 0] += (0, 5.1)
    made[3] = NOWHERE
    assert eyes_kept(drawn, made).tolist() == [True, True, False, False]
    assert was_found(made).tolist() == [True, True, True, False]
    assert apart(drawn, made)[:2].tolist() == [[0] * 5, pytest.approx([0, 5, 0, 0, 0])]


def test_the_smallest_distance_between_candidates() -> None:
    pairs = [np.array([3.0, 1.0]), np.array([2.0, 5.0]), np.array([4.0, 0.0])]
    assert smallest(pairs).tolist() == [2.0, 0.0]


def test_two_equal_candidates_show_as_no_distance(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Varied:
        def choices(self) -> Mapping[str, Mapping[str, Lab]]:
            return {}

        def candidates(self, sketches: Images, count: int, wished: Appearance = UNTOLD) -> list[Images]:
            assert wished == UNTOLD
            return [np.full_like(sketches, 40 * level) for level in (0, 1, 3, 6)][:count]

    class Repeated(Varied):
        def candidates(self, sketches: Images, count: int, wished: Appearance = UNTOLD) -> list[Images]:
            return [*super().candidates(sketches, count, wished)[:3], np.zeros_like(sketches)]

    smallest_colour = []
    for renderer in (Varied(), Repeated()):
        monkeypatch.setattr(bench, "renderer", renderer)
        smallest_colour.append(measure_candidates(bench).tables[0].rows[0]["min"])
    levels = to_lab(np.full((1, 2, 3), [[[0] * 3, [40] * 3]], np.uint8))[0]
    assert smallest_colour == pytest.approx([float(levels[1, 0] - levels[0, 0]), 0])


def test_candidates_are_measured_by_what_is_left_free_and_by_their_geometry(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moving:
        """Every candidate a pixel to the right of the one before; with skin and hair set nothing but the irises
        changes, by 10 of L."""

        def choices(self) -> Mapping[str, Mapping[str, Lab]]:
            return COLOURS

        def candidates(self, sketches: Images, count: int, wished: Appearance = UNTOLD) -> list[Images]:
            page = np.full_like(sketches, 255)
            for k, made in enumerate(stacks := [page.copy() for _ in range(count)]):
                if wished == UNTOLD:
                    made[:, 100:120, 100 + k : 120 + k] = 40
                else:
                    made[:, region("eyes")] = to_rgb(np.array([[[40.0 + 10 * k, 0, 0]]]))[0, 0]
            return stacks

    monkeypatch.setattr(bench, "renderer", Moving())
    monkeypatch.setattr(bench, "detector", DarkestPoint())
    section = measure_candidates(bench)
    rows = {(str(row["set"]), str(row["distance"]).split(" (")[0]): row for row in section.tables[0].rows}
    irises = rows["skin and hair", "regions left free"]
    assert float(irises["min"] or 0) == pytest.approx(10, abs=0.5)
    assert float(irises["wished"] or 0) > 7
    assert float(rows["skin and hair", "pixels"]["max"] or 0) < 0.1
    moved, noise = section.tables[1].rows
    assert (moved["median"], moved["max"]) == pytest.approx((1.5, 3), abs=0.05)  # six pairs, 1 to 3 px apart
    assert float(noise["max"] or 0) < 0.2
    assert [figure.met for figure in section.figures] == [False, True, False]


def test_gaps_leave_out_groups_that_are_too_small() -> None:
    rows: list[Row] = [
        {"group": "asian", "cosine": 0.5, "few": ""},
        {"group": "black", "cosine": 0.1, "few": "few"},
        {"group": "white", "cosine": 0.6, "few": ""},
    ]
    said = fairness.gap(rows, ["asian", "black", "white"], "cosine", "the cosine", 2)
    assert said == " Largest gap of the cosine: 0.10 (white over asian)."
    assert fairness.gap(rows, ["asian"], "cosine", "the cosine", 2) == ""


def test_rows_by_group_count_pictures_and_people() -> None:
    people = ["ann", "ann", "bob"]
    labels = [{"gender": "women"}, {"gender": "women"}, {"gender": "men"}]
    cosine = np.array([0.2, 0.4, 0.9], np.float32)
    skin = np.array([[60.0, 0, 0], [62.0, 0, 0], [50.0, 0, 0]])
    hit, nobody = np.array([True, False, True]), np.array([0.1, 0.2, 0.3], np.float32)
    groups = fairness.Groups(people, labels, nobody, cosine, cosine, hit, skin, skin - (3, 4, 0))
    rows = {str(row["group"]): row for row in fairness.rows_by_group(groups)}
    assert list(rows) == ["everybody", "men", "women"]
    assert (rows["women"]["images"], rows["women"]["people"], rows["women"]["few"]) == (2, 1, "few")
    assert rows["women"]["cosine"] == pytest.approx(0.3)
    assert rows["women"]["rank1"] == 0.5
    assert rows["women"]["mean_photo"] == pytest.approx(0.15)
    assert (rows["men"]["lightness"], rows["men"]["colour"]) == (3.0, 5.0)


def test_styles_and_what_was_left_out(tmp_path: Path) -> None:
    assert style_of(face(attributes={"style": 2})) == "fs2k/style2"
    assert style_of(face(set="cuhk")) == "cuhk"
    model = Model("x", Seen(drawings=frozenset({"fs2k", "fs2k/style1"})))
    assert [model.saw(style) for style in ("fs2k/style0", "fs2k/style1", "cuhk")] == ["no: unseen", "yes", "no: unseen"]
    assert Model("x", UNKNOWN).saw("cuhk") == "not recorded"
    assert seen_of_run(tmp_path / "unknown") == UNKNOWN
    assert Model("x", seen_of_run(tmp_path / "pix2pix-small")).saw("cuhk") == "yes"  # by the name of a shipped recipe
    assert Model("x", seen_of_run(tmp_path / "open")).saw("cuhk") == "not recorded"  # it may have begun with anything


def test_harm_is_the_same_at_every_step_only_more(bench: Bench) -> None:
    drawn: list[float] = []

    def note(sketch: Images, step: float, rng: np.random.Generator) -> Images:
        drawn.append(float(rng.random()))
        return sketch

    assert harmed(bench, note, 1).shape == (4, 256, 256, 3)
    harmed(bench, note, 2)
    assert drawn[:4] == drawn[4:]
    assert len(set(drawn[:4])) == 4


def test_null_rows_are_what_they_say(bench: Bench) -> None:
    from training.evaluation.quality import measure_quality

    tables = {table.key: table.rows for table in measure_quality(bench).tables}
    picture = {(row["set"], row["what"]): row for row in tables["picture"]}
    test = bench.sets[0]
    error = ((test.sketches.astype(float) - test.photos) ** 2).mean((1, 2, 3))
    assert picture["fs2k", "sketch itself"]["psnr"] == pytest.approx((10 * np.log10(255**2 / error)).mean())
    mean = np.stack([photo_of(7), photo_of(8)]).mean(0).round()
    error = ((mean - test.photos) ** 2).mean((1, 2, 3))
    assert picture["fs2k", "mean training photo"]["psnr"] == pytest.approx((10 * np.log10(255**2 / error)).mean())
    assert ("cuhk", "mean test photo, none to train on") in picture
    assert ("cuhk", "mean training photo") not in picture


def test_the_mean_photo_stands_beside_every_likeness(bench: Bench) -> None:
    from training.evaluation.robustness import measure_robustness
    from training.evaluation.styles import style_rows

    test = bench.sets[0]
    mean = np.stack([photo_of(7), photo_of(8)]).mean(0).round().astype(np.uint8)
    expected = cosines(bench.embed(mean[None]), test.seen["photo"])
    assert bench.mean_cosine["fs2k"] == pytest.approx(expected)
    styles = {str(row["style"]): row["mean_photo"] for row in style_rows(bench)}
    assert styles["fs2k/style0"] == pytest.approx(float(expected[np.array(test.styles) == "fs2k/style0"].mean()))
    for chart in measure_robustness(bench).charts:
        (level,) = (series for series in chart.series if series.name == "mean photo")
        assert not level.model
        assert len({point.y for point in level.points}) == 1


@pytest.mark.parametrize("gender", ["other", None, 2])
def test_faces_without_a_label_that_is_understood_are_counted(bench: Bench, gender: object) -> None:
    """In sets that label others; the real one's still count for everybody."""
    faces = [replace(f, source="unknown") if f.source == "male_black_3" else f for f in bench.faces]
    first = replace(bench.sets[0].faces[0], attributes={"style": 0, "gender": gender})
    real = replace(bench.sets[0], faces=[first, *bench.sets[0].faces[1:]])
    section = fairness.measure_fairness(replace(bench, faces=faces, sets=[real, *bench.sets[1:]]))
    for table, everybody in zip(section.tables, (6, 4), strict=True):
        assert "Faces without a label that is understood: 1." in table.note
        assert table.rows[0]["images"] == everybody
    assert sum(int(row["images"] or 0) for row in section.tables[0].rows[1:]) == 5


def test_the_faces_on_the_sheets_are_those_that_are_counted_at_full_size(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.evaluation import sheets

    monkeypatch.setattr(sheets, "_A_SHEET", 4)
    pages = {sheet.key: sheet.picture for sheet in sheets.sheets_of(bench).sheets}
    assert list(pages) == [*(f"test-unselected-{k}" for k in (1, 2, 3)), "fs2k-test-worst", "cuhk-test-worst"]
    assert len(bench.unselected) == 10  # all there are
    for number, (test, k) in enumerate(bench.unselected):
        tiles = pages[f"test-unselected-{number // 4 + 1}"].reshape(3, 256, -1, 256, 3)[:, :, number % 4]
        assert (tiles == np.stack([test.sketches[k], test.made[k], test.photos[k]])).all()
