"""Where the person, the skin and the hair are in every photo: the generator learns the face and not the wall behind
it, and which colours a drawing does not tell.

A small segmenter is trained for a few minutes on the parsing masks of CelebAMask-HQ and applied to all photos.
"""

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch.nn import functional as F
from tqdm import tqdm

from inference.device import channels_last
from training.data.faces import Face
from training.data.files import Images, Members
from training.segmenter import CLASSES, Segmenter

_SIDE = 128
_ENOUGH = 4000  # masks: more would fill the memory and change little

# CelebAMask-HQ's 19 classes -> ours. Lips go with the skin and brows with the hair, since their colours do.
_SKIN, _HAIR = (1, 2, 8, 9, 11, 12, 17), (6, 7, 13)
_OURS = np.full(256, CLASSES.index("rest"), np.uint8)
_OURS[0] = CLASSES.index("wall")
_OURS[list(_SKIN)] = CLASSES.index("skin")
_OURS[list(_HAIR)] = CLASSES.index("hair")


def train_segmenter(faces: list[Face], steps: int, seed: int = 0) -> Segmenter:
    """Fits the segmenter on the faces that carry a parsing mask of CelebAMask-HQ. Raises ValueError for none."""
    masked = [face for face in faces if face.mask and face.photo and face.split == "train"]
    if not masked:
        raise ValueError(
            "No training face has a parsing mask: the person cannot be told from the wall. Add CelebAMask-HQ, or name "
            "the segmenter.pt of another cache with --segmenter."
        )
    masked = masked[:: -(-len(masked) // _ENOUGH)]
    photos, masks = _load_masked(masked)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = channels_last(Segmenter())
    optimizer = torch.optim.Adam(network.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for _ in tqdm(range(steps), "segmenter", disable=None):
        chosen = rng.integers(len(photos), size=32)
        pairs = [_augment(photos[k], masks[k], rng) for k in chosen]
        image = _tensor(np.stack([photo for photo, _ in pairs]))
        target = torch.from_numpy(np.stack([mask for _, mask in pairs])).long()
        loss = F.cross_entropy(network(image), target)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return network.eval()


@torch.inference_mode()
def find_regions(network: Segmenter, photos: Images, batch: int = 32) -> npt.NDArray[np.uint8]:
    """(N, 3, S, S) soft masks of person, skin and hair, 255 where they are, for (N, S, S, 3) photos."""
    side = photos.shape[1]
    regions = np.empty((len(photos), 3, side, side), np.uint8)
    for start in range(0, len(photos), batch):
        chunk = photos[start : start + batch]
        small = np.stack([cv2.resize(photo, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for photo in chunk])
        logits = network(_tensor(small)) + network(_tensor(small[:, :, ::-1])).flip(-1)
        large = F.interpolate(logits, size=(side, side), mode="bicubic", align_corners=False)
        wall, skin, hair, _ = large.softmax(1).unbind(1)
        found = torch.stack([1 - wall, skin, hair], 1)
        regions[start : start + batch] = found.mul(255).round().clamp(0, 255).byte().numpy()
    return regions


def _load_masked(faces: list[Face]) -> tuple[Images, npt.NDArray[np.uint8]]:
    photos = np.empty((len(faces), 192, 192, 3), np.uint8)
    masks = np.empty((len(faces), 192, 192), np.uint8)
    with Members() as members:
        for k, face in enumerate(faces):
            photo = Image.fromarray(members.picture(face.archive, str(face.photo)))
            photos[k] = np.asarray(photo.resize((192, 192), Image.Resampling.BOX))
            parsing = _OURS[members.parsing(face.archive, str(face.mask))]
            masks[k] = cv2.resize(parsing, (192, 192), interpolation=cv2.INTER_NEAREST)
    return photos, masks


def _augment(photo: Images, mask: Images, rng: np.random.Generator) -> tuple[Images, Images]:
    """A random similarity into 128 px and a random tone: the other sets are framed and lit differently."""
    scale = rng.uniform(0.45, 0.85)
    matrix = np.asarray(cv2.getRotationMatrix2D((96, 96), rng.uniform(-12, 12), scale), np.float64)
    matrix[:, 2] += _SIDE / 2 - 96 + rng.uniform(-12, 12, 2)
    if rng.random() < 0.5:
        photo, mask = photo[:, ::-1], mask[:, ::-1]
    warped = cv2.warpAffine(photo, matrix, (_SIDE, _SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    warped_mask = cv2.warpAffine(mask, matrix, (_SIDE, _SIDE), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:  # a plain wall, as in studio portraits
        alpha = (warped_mask > 0)[..., None].astype(np.float32)
        warped = (warped * alpha + rng.uniform(0, 255, 3) * (1 - alpha)).astype(np.uint8)
    if rng.random() < 0.15:
        warped = np.repeat(warped.mean(-1, keepdims=True), 3, -1)
    toned = warped * rng.uniform(0.7, 1.3, 3) + rng.uniform(-30, 30)
    return np.clip(toned, 0, 255).astype(np.uint8), np.asarray(warped_mask)


def _tensor(images: Images) -> torch.Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float().div(127.5).sub(1)
    return tensor.contiguous(memory_format=torch.channels_last)
