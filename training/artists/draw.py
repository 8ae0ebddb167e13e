"""Drawing every training photo in every style: `python -m training draw`."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from inference.device import channels_last
from inference.disk import write_whole
from inference.networks.unet import UNet256, UNetConfig
from training.artists.batches import grey_photo
from training.artists.drawn import DRAWINGS, LIST
from training.artists.styles import codes, styles_in
from training.batches import to_unit
from training.data import Images, Prepared
from training.data.manifest import NAME as MANIFEST
from training.engine.diary import digest
from training.engine.folder import average_of
from training.engine.speed import Precision, autocast
from training.history import seen_by_run
from training.recipe import own_recipe
from training.selection import select


def draw(run: Path, data: Prepared, cache: Path, device: torch.device, chunk: int = 32) -> int:
    """Writes `drawn.npy` and `drawn.json` into the cache, where the same weights have not drawn the same faces before;
    returns how many drawings there are. Raises ValueError for a run of another kind, FileNotFoundError for one without
    weights."""
    recipe = own_recipe(run)
    if recipe is None or recipe.kind != "artist":
        raise ValueError(f"{run} is no run of an artist: `python -m training train artist` makes one.")
    styles = styles_in(select(data, recipe))
    weights = average_of(run)
    about = {
        "styles": list(styles),
        "manifest_sha256": digest(cache / MANIFEST),
        "run": run.name,
        "sha256": digest(run / "ema.pt"),
        "saw": seen_by_run(run, recipe).as_json(),
    }
    rows = data.rows("train")
    if (cache / LIST).exists() and json.loads((cache / LIST).read_text()) == about:
        return len(rows) * len(styles)
    network = UNet256(UNetConfig(**recipe.section("network")))
    network.load_state_dict(weights)
    network.eval()
    channels_last(network, device)
    told = torch.from_numpy(codes(len(styles), network.config.appearance)).to(device)
    unfinished = cache / f"{DRAWINGS}.part"
    side = data.photos.shape[1]
    # Rows of other faces are never written: the file has holes there.
    drawings = np.lib.format.open_memmap(unfinished, "w+", np.uint8, (len(data.faces), len(styles), side, side))
    for start in tqdm(range(0, len(rows), chunk), desc="drawing", disable=None):
        some = rows[start : start + chunk]
        photos = np.stack([grey_photo(np.array(data.photos[k]), data.regions[k][0]) for k in some])
        for k, style in enumerate(told):
            drawings[some, k] = _drawn(network, photos, style, recipe.table.get("precision", "auto"))
    drawings.flush()
    (cache / LIST).unlink(missing_ok=True)
    unfinished.replace(cache / DRAWINGS)
    write_whole({cache / LIST: (json.dumps(about, indent=2) + "\n").encode()})
    return len(rows) * len(styles)


@torch.inference_mode()
def _drawn(network: UNet256, photos: Images, style: Tensor, precision: Precision) -> Images:
    """(N, H, W) grey photos -> drawings of the same shape."""
    grey = torch.from_numpy(photos).to(style.device).unsqueeze(1).expand(-1, 3, -1, -1)
    with autocast(style.device, precision):
        drawing = network(to_unit(grey), style.expand(len(photos), -1)).float().mean(1)
    return np.asarray(drawing.add(1).mul(127.5).round().clamp(0, 255).byte().cpu().numpy())
