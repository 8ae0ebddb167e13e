"""What a sketch does not say, as a generator takes it."""

import numpy as np
import pytest
import torch

from inference.appearance import COLOURS, REGIONS, UNKNOWN, VECTOR, Appearance, encode
from inference.errors import BadControl
from inference.networks.unet import UNet256, UNetConfig

CONFIG = UNetConfig(width=4, norm="instance", upsample="resize", dropout=0.25, appearance=VECTOR)


def test_unknown_is_all_zero_and_every_name_is_another_vector() -> None:
    assert not UNKNOWN.vector().any()
    named = [Appearance(**{region: name}).vector() for region in REGIONS for name in COLOURS[region]]
    assert len({vector.tobytes() for vector in named}) == len(named)
    for k, region in enumerate(REGIONS):
        vector = Appearance(**{region: next(iter(COLOURS[region]))}).vector()
        assert vector[3::4].tolist() == [float(k == other) for other in range(3)]
        assert not np.delete(vector.reshape(3, 4), k, 0).any()


def test_vectors_are_of_the_size_that_networks_like() -> None:
    values = np.stack([Appearance(**{r: n}).vector() for r in REGIONS for n in COLOURS[r]])
    assert np.abs(values).max() < 3


def test_colours_of_many_faces_are_encoded_at_once() -> None:
    colours = np.full((2, 3, 3), np.nan, np.float32)
    colours[1, 0] = COLOURS["skin"]["tan"]
    rows = encode(colours)
    assert rows.shape == (2, VECTOR)
    assert not rows[0].any()
    assert (rows[1] == Appearance(skin="tan").vector()).all()


@pytest.mark.parametrize("wrong", [{"skin": "green"}, {"hair": "dark"}, {"eyes": ""}])
def test_a_name_that_does_not_exist_is_answered_with_those_that_do(wrong: dict[str, str]) -> None:
    region = next(iter(wrong))
    with pytest.raises(BadControl, match=next(iter(COLOURS[region]))):
        Appearance(**wrong)


def test_a_network_that_was_taught_nothing_yet_ignores_wishes() -> None:
    torch.manual_seed(1)
    network = UNet256(CONFIG).eval()
    sketch = torch.rand(1, 3, 256, 256) * 2 - 1
    wish = torch.from_numpy(Appearance(hair="red").vector())[None]
    with torch.inference_mode():
        assert torch.equal(network(sketch), network(sketch, wish))
        for head in network.appearance.heads:  # type: ignore[union-attr]
            torch.nn.init.normal_(head.weight, 0, 0.1)  # type: ignore[arg-type]
        assert not torch.equal(network(sketch), network(sketch, wish))
        assert torch.equal(network(sketch), network(sketch, torch.zeros(1, VECTOR)))


def test_every_picture_of_a_batch_has_its_own_wishes() -> None:
    torch.manual_seed(1)
    network = UNet256(CONFIG).eval()
    for head in network.appearance.heads:  # type: ignore[union-attr]
        torch.nn.init.normal_(head.weight, 0, 0.1)  # type: ignore[arg-type]
    sketch = (torch.rand(1, 3, 256, 256) * 2 - 1).expand(2, -1, -1, -1)
    wishes = torch.from_numpy(np.stack([Appearance(skin=name).vector() for name in ("dark", "light")]))
    with torch.inference_mode():
        both = network(sketch, wishes)
        alone = network(sketch[:1], wishes[:1])
    torch.testing.assert_close(both[:1], alone, rtol=0, atol=1e-4)
    assert not torch.allclose(both[0], both[1], atol=1e-2)
