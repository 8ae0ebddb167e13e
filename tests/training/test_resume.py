"""Every network's run, cut off and resumed, ends with the same bytes as one that went straight through."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from torch import nn

from inference.appearance import VECTOR
from inference.networks.unet import UNetConfig
from tests.inference import folders
from tests.training.compare import assert_same
from training.batches import Mix, SketchPairs
from training.crowd import embed_crowd
from training.data import Prepared
from training.engine.run import Run
from training.engine.schedule import Schedule
from training.engine.trainee import Batches, Trainee
from training.face_features import MobileFaceNet
from training.landmarks import LandmarkBatches, LandmarkTrainee
from training.pix2pix import Loss, Pix2PixConfig, Pix2PixModel
from training.restorer import RestorerTrainee
from training.restorer_batches import Mixture, RestorerBatches

CPU = torch.device("cpu")


class Cut:
    """Batches until the power fails."""

    def __init__(self, batches: Batches[Any], at: int) -> None:
        self.batches, self.at = batches, at

    def batch(self, step: int) -> Any:
        if step >= self.at:
            raise InterruptedError("the power failed")
        return self.batches.batch(step)


def run_twice(folder: Path, make: Callable[[], Trainee[Any]], batches: Batches[Any], steps: int) -> Path:
    """Straight through, and cut off in the middle and resumed; asserts that both are the same. Returns the folder."""
    schedule = Schedule(steps=steps, warmup=2, log_every=1, save_every=steps // 2, ema=0.9)
    preview = batches.batch(1000)

    def run(name: str) -> Run[Any]:
        torch.manual_seed(11)
        return Run(folder / name, make(), schedule, seed=11)

    run("straight").train(batches, preview)
    with pytest.raises(InterruptedError):
        run("cut").train(Cut(batches, at=steps // 2), preview)
    resumed = run("cut")
    torch.rand(5)
    resumed.resume()
    assert resumed.step == steps // 2
    resumed.train(batches, preview)
    ends = [torch.load(folder / name / "state.pt", weights_only=True) for name in ("straight", "cut")]
    assert ends[0]["step"] == ends[1]["step"] == steps
    assert_same(ends[0], ends[1])
    start = make().modules["generator"].state_dict()
    assert any(not torch.equal(start[name], value) for name, value in ends[0]["modules"]["generator"].items())
    return folder


@pytest.mark.slow
def test_pix2pix(prepared: Prepared, tmp_path: Path) -> None:
    """With every loss: the discriminator joins at the second step, the face losses grow from the first."""
    torch.manual_seed(0)
    torch.save({"net_state_dict": MobileFaceNet().state_dict()}, tmp_path / "features.ckpt")
    network = UNetConfig(width=4, norm="instance", upsample="resize", dropout=0.25, appearance=VECTOR)
    config = Pix2PixConfig(
        network, discriminator_width=4, discriminator_crop=128, gan_from=1, r1_every=2, face_ramp=(0, 3),
        weights=dict.fromkeys(get_args(Loss), 1.0),
    )  # fmt: skip
    crowd = embed_crowd(prepared, tmp_path / "features.ckpt", seed=3, device=CPU)
    assert crowd.shape == (len(prepared.rows("train")), 128)
    folder = run_twice(
        tmp_path,
        lambda: Pix2PixModel(config, tmp_path / "features.ckpt", CPU, crowd),
        SketchPairs(prepared, "train", 2, Mix(0.5), seed=3, twins=True),
        steps=6,
    )
    log = (folder / "cut" / "log.jsonl").read_text()
    for name in ("d", *get_args(Loss)):
        assert f'"{name}"' in log
    state = torch.load(folder / "cut" / "state.pt", weights_only=True)
    assert set(state["modules"]) == set(state["optimizers"]) == {"generator", "discriminator"}


@pytest.mark.slow
def test_landmarks(prepared: Prepared, tmp_path: Path) -> None:
    batches = LandmarkBatches(prepared, "train", 3, seed=3, pool=6)
    run_twice(tmp_path, lambda: LandmarkTrainee({"width": 4}, 2e-3, CPU), batches, steps=6)


@pytest.mark.slow
def test_restorer(prepared: Prepared, tmp_path: Path) -> None:
    """Its noise comes from torch's own generator, whose state a run must keep."""
    weights = {"l1": 1.0, "pyramid": 0.5}
    batches = RestorerBatches(prepared, "train", 1, Mixture(), 5)
    run_twice(tmp_path, lambda: RestorerTrainee(folders.RESTORER, weights, 1e-3, None, CPU), batches, steps=4)


@pytest.mark.slow
def test_pictures_moved_on_the_device(prepared: Prepared, tmp_path: Path) -> None:
    config = Pix2PixConfig(UNetConfig(width=2, norm="instance", upsample="resize"), 2, weights={"l1": 1.0})
    pairs = SketchPairs(prepared, "train", 2, Mix(0.5), seed=3, on_device=True)
    run_twice(tmp_path, lambda: Pix2PixModel(config, None, CPU), pairs, steps=4)


def test_the_penalty_needs_no_second_derivative_of_a_compiled_network(prepared: Prepared) -> None:
    config = Pix2PixConfig(
        UNetConfig(width=2, norm="instance", upsample="resize"), 2, r1_every=1, weights={"gan": 1.0, "r1": 1.0}
    )
    model = Pix2PixModel(config, None, CPU)
    model.discriminator.compile(backend="aot_eager")  # derived ahead as by the default, and no C++ is needed
    assert float(model.step(SketchPairs(prepared, "train", 1, Mix(0.5), seed=3).batch(0), 0)["r1"]) > 0


def test_a_free_drawing_is_held_to_its_photo_in_large_alone(prepared: Prepared) -> None:
    """Stripes of 4 px, which no square of 16 sees, are a fault where a drawing was traced, and none in another face."""
    network = UNetConfig(width=2, norm="instance", upsample="resize")
    stripes = 0.1 * (torch.arange(256) % 8 < 4).float().mul(2).sub(1)
    faults = {}
    for real_share in (0.0, 1.0):
        model = Pix2PixModel(Pix2PixConfig(network, 2, free_hand=True), None, CPU)
        batch = SketchPairs(prepared, "train", 2, Mix(real_share), seed=3).batch(0)
        assert batch.traced is not None
        assert batch.traced.tolist() == [real_share == 0] * 2
        model.set_input(batch)
        model.fake = model.photo + stripes
        faults[real_share] = float(model._pixel_terms()["l1"])
    assert faults == pytest.approx({0.0: 0.1, 1.0: 0.0}, abs=1e-6)


def test_the_discriminator_is_left_alone_while_the_generator_learns(prepared: Prepared) -> None:
    config = Pix2PixConfig(UNetConfig(width=2, norm="instance", upsample="resize"), discriminator_width=2, gan_from=5)
    model = Pix2PixModel(config, None, CPU)
    before = {name: value.clone() for name, value in model.discriminator.state_dict().items()}
    batch = SketchPairs(prepared, "train", 1, Mix(1.0), seed=3).batch(0)
    assert set(model.step(batch, 0)) == {"l1"}
    assert all(torch.equal(before[name], value) for name, value in model.discriminator.state_dict().items())
    assert set(model.step(batch, 5)) == {"l1", "d", "gan", "feature_matching"}
    assert any(not torch.equal(before[name], value) for name, value in model.discriminator.state_dict().items())
    assert all(parameter.requires_grad for parameter in model.discriminator.parameters())


def test_a_copy_of_a_dense_restorer_is_a_network_of_its_own(prepared: Prepared, tmp_path: Path) -> None:
    """The average of a run is a deep copy: it must not answer with the weights of the network that learns."""
    trainee = RestorerTrainee(folders.RESTORER, {"l1": 1.0, "pyramid": 0.5}, 1e-3, None, CPU)
    run = Run(tmp_path, trainee, Schedule(steps=1), seed=1)
    batch = RestorerBatches(prepared, "train", 1, Mixture(), 5).batch(0)
    before = trainee.preview(run.average.network, batch)
    with torch.no_grad():
        for parameter in trainee.network.parameters():
            nn.init.normal_(parameter, 0.0, 0.5)
    assert (trainee.preview(run.average.network, batch) == before).all()
    assert (trainee.preview(trainee.network, batch) != before).any()


def test_batch_norm_in_the_discriminator_sees_photos_and_faces_apart(prepared: Prepared) -> None:
    """As published: in one batch it would tell them apart by their common mean. Other norms do not mix rows."""
    network = UNetConfig(width=2, norm="instance", upsample="resize", dropout=0.0)
    config = Pix2PixConfig(
        network, discriminator_width=2, discriminator_norm="batch", precision="fp32", weights={"gan": 1.0, "l1": 1.0}
    )
    model = Pix2PixModel(config, None, CPU)
    model.set_input(SketchPairs(prepared, "train", 2, Mix(1.0), seed=3).batch(0))
    model.forward()
    model.discriminator.train()
    with torch.no_grad():
        apart = [model.discriminator(model.sketch, picture)[0] for picture in (model.photo, model.fake)]
        expected = model.gan.discriminator(*apart)
    model.backward_D()
    assert float(model.loss["d"]) == pytest.approx(float(expected), rel=1e-4)


@pytest.mark.parametrize("clip", [0.0, 0.001])
def test_the_generators_gradient_is_cut_where_the_recipe_says_so(clip: float, prepared: Prepared) -> None:
    network = UNetConfig(width=2, norm="instance", upsample="resize")
    model = Pix2PixModel(Pix2PixConfig(network, discriminator_width=2, clip=clip, weights={"l1": 10.0}), None, CPU)
    model.step(SketchPairs(prepared, "train", 1, Mix(1.0), seed=3).batch(0), 0)
    gradients = torch.cat([p.grad.flatten() for p in model.generator.parameters() if p.grad is not None])
    assert (float(gradients.norm()) > 0.0011) == (clip == 0)


def test_ink_counts_for_a_network_that_is_told_no_colours(prepared: Prepared) -> None:
    network = UNetConfig(width=2, norm="instance", upsample="resize")
    model = Pix2PixModel(Pix2PixConfig(network, discriminator_width=2, weights={"l1": 1.0, "ink": 1.0}), None, CPU)
    assert set(model.step(SketchPairs(prepared, "train", 2, Mix(1.0), seed=3, twins=True).batch(0), 0)) == {"l1", "ink"}
