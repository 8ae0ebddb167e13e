"""The plain way of running the same networks with the same weights: eager fp32, channels first, one at a time, as
GFPGANer and s2f's server do."""

import torch
from torch import Tensor, nn

from inference.engines.pix2pix import build_generator
from inference.networks.unet import InstanceNorm
from inference.restoration import build_restorer, enlarge
from inference.weights import Checkpoint


def reference_generator(checkpoint: Checkpoint) -> nn.Module:
    """The U-Net with torch's own instance norm."""
    network = build_generator(checkpoint)
    use_torch_norm(network)
    return network


def reference_restorer(checkpoint: Checkpoint) -> nn.Module:
    """GFPGAN's clean network as its package runs it."""
    return checkpoint.build(build_restorer)


@torch.inference_mode()
def reference_restore(network: nn.Module, face: Tensor) -> Tensor:
    image: Tensor = network(enlarge(face).contiguous(), return_rgb=False, randomize_noise=False)[0]
    return image.clamp(-1, 1)


def use_torch_norm(module: nn.Module) -> None:
    """Replaces the product's instance norm by PyTorch's, in place."""
    for name, child in module.named_children():
        if isinstance(child, InstanceNorm):
            norm = nn.InstanceNorm2d(len(child.weight), affine=True)
            norm.load_state_dict(child.state_dict())
            setattr(module, name, norm)
        else:
            use_torch_norm(child)
