"""What the restorer is told to become."""

from dataclasses import replace

import pytest
import torch

from tests.inference import folders
from training.restorer import RestorerTrainee
from training.restorer_batches import RestorationBatch

CPU = torch.device("cpu")


@pytest.mark.parametrize("traced", [True, False])
def test_pixels_come_from_the_photo_only_where_it_was_traced(traced: bool) -> None:
    torch.manual_seed(0)
    face, photo = torch.rand(2, 1, 3, 512, 512) * 2 - 1
    batch = RestorationBatch(face, photo, torch.tensor([traced]))

    def losses(of: RestorationBatch) -> dict[str, float]:
        torch.manual_seed(1)
        trainee = RestorerTrainee(folders.RESTORER, {"l1": 1.0, "pyramid": 1.0}, 1e-3, None, CPU)
        return {name: float(loss) for name, loss in trainee.step(of, 0).items()}

    same = losses(batch) == losses(replace(batch, photo=-photo))
    assert same == (not traced)


def test_a_loss_without_a_weight_counts_nothing() -> None:
    """The network that learns from the pyramid alone is the one of an explicit 0."""
    face, photo = torch.rand(2, 1, 3, 512, 512)
    batch = RestorationBatch(face, photo, torch.tensor([True]))
    ends = []
    for weights in ({"pyramid": 1.0}, {"pyramid": 1.0, "l1": 0.0}):
        torch.manual_seed(1)
        trainee = RestorerTrainee(folders.RESTORER, weights, 1e-3, None, CPU)
        trainee.step(batch, 0)
        ends.append(torch.cat([parameter.detach().flatten() for parameter in trainee.network.parameters()]))
    assert torch.equal(ends[0], ends[1])
