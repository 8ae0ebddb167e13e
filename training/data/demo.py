"""The demonstration: faces that this program draws go through everything, from pictures to a checkpoint and figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from inference.appearance import encode
from inference.engines.pix2pix import build_generator
from inference.pipeline import to_input
from inference.weights import find, read_manifest
from training.batches import on_wall, to_images
from training.colours import measure
from training.data.drawn.archive import write_drawn
from training.data.files import Images
from training.data.prepared import Prepared, load_prepared
from training.evaluation.similarity import raw_ssim

RECIPE = "demo"

Command = Callable[[list[str]], int]
"""The trainer's command line: its arguments -> its exit status."""


@dataclass(frozen=True)
class Demo:
    """`people` are drawn, two pictures of each, `sketched` of them by another hand as well."""

    out: Path
    people: int = 90
    sketched: int = 36
    segmenter_steps: int = 40
    recipe: str = RECIPE
    threads: int = 1

    def run(self, command: Command, say: Callable[[str], None] = print) -> int:
        """Draws, prepares, trains, ships and measures; a step that fails ends it with its status."""
        say(f"Drawing {self.people} people into {self.data} ...")
        write_drawn(self.data / "drawn.zip", self.people, self.sketched, self.threads)
        for arguments in self.steps():
            say(f"\n$ python -m training {' '.join(arguments)}")
            status = command(arguments)
            if status:
                return status
        say("\n" + table(load_prepared(self.data, self.cache), self.weights))
        say(f"\nThe report as a page: {self.out / 'evaluation'}/index.html")
        say(f"Sketch, face and photo of validation people, as the net learned: {self.out / 'run'}/grid-*.png")
        return 0

    def steps(self) -> list[list[str]]:
        """The commands, as anybody could type them."""
        common = ["--data", str(self.data), "--cache", str(self.cache), "--threads", str(self.threads)]
        run = ["--run", str(self.out / "run")]
        return [
            [*common, "prepare", "--segmenter-steps", str(self.segmenter_steps)],
            [*common, "train", self.recipe, *run, "--device", "cpu"],
            ["ship", self.recipe, *run, "--weights", str(self.weights)],
            [*common, "evaluate", *run, "--recipe", self.recipe, "--out", str(self.out / "evaluation")],
        ]

    @property
    def data(self) -> Path:
        return self.out / "data"

    @property
    def cache(self) -> Path:
        return self.out / "cache"

    @property
    def weights(self) -> Path:
        return self.out / "weights"


def table(data: Prepared, weights: Path) -> str:
    """Figures of the test people's drawings beside two null rows: the drawing itself and the mean training photo.

    Raw SSIM rewards blur; so the distance of skin's and hair's colours (CIE76) stands beside it.
    """
    rows = data.rows("test", with_sketch=True)
    photos = np.stack([on_wall(np.array(data.photos[k]), np.array(data.regions[k, 0])) for k in rows])
    drawings = np.stack([np.repeat(data.sketches[data.sketch_of[k]][..., None], 3, -1) for k in rows])
    trained = data.rows("train")
    mean = np.mean([on_wall(np.array(data.photos[k]), np.array(data.regions[k, 0])) for k in trained], axis=0)
    candidates = {
        "sketch itself": drawings,
        "mean training photo": np.broadcast_to(mean.round().astype(np.uint8), photos.shape),
        "face, colours unknown": faces_of(data, rows, weights, told=False),
        "face, told its colours": faces_of(data, rows, weights, told=True),
    }
    lines = [f"{len(rows)} test people{'':14}{'raw SSIM':>9}{'skin dE':>9}{'hair dE':>9}"]
    for what, made in candidates.items():
        skin, hair = (_colour_error(data, rows, made, region) for region in (0, 1))
        lines.append(f"{what:27}{raw_ssim(made, photos):9.3f}{skin:9.1f}{hair:9.1f}")
    return "\n".join(lines)


@torch.inference_mode()
def faces_of(data: Prepared, rows: Sequence[int] | npt.NDArray[np.int64], weights: Path, told: bool) -> Images:
    """(N, 256, 256, 3) faces from the drawings of these rows, told the photos' colours or nothing."""
    checkpoint = find(read_manifest(weights), "pix2pix")
    if checkpoint is None:
        raise ValueError(f"There is no generator in {weights}.")
    network = build_generator(checkpoint).eval()
    made = []
    for k in rows:
        colours = np.array(data.colours[k]) if told else np.full((3, 3), np.nan, np.float32)
        vector = torch.from_numpy(encode(colours[None]))
        made.append(to_images(network(to_input(np.array(data.sketches[data.sketch_of[k]])), vector))[0])
    return np.stack(made)


def _colour_error(data: Prepared, rows: Sequence[int] | npt.NDArray[np.int64], made: Images, region: int) -> float:
    """Mean CIE76 distance between the colour of the photo's region and what was made there."""
    # What cannot be told from the made face counts as black; people whose own colour is unknown do not count.
    found = np.stack(
        [measure(face, np.array(data.regions[k]), data.eyes[k])[region] for k, face in zip(rows, made, strict=True)]
    )
    apart = np.linalg.norm(np.nan_to_num(found) - data.colours[rows, region], axis=1)
    return float(np.nanmean(apart)) if np.isfinite(apart).any() else float("nan")
