"""Miniatures of the layouts in which data sets are downloaded: the right names, pictures of a few pixels."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIDE = 8


def picture(path: Path, shade: int = 128, size: tuple[int, int] = (SIDE, SIDE)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size, 3), shade, np.uint8)).save(path)


def cufs(root: Path, students: int = 4) -> Path:
    """Photos and sketches as CUHK gives them; every other sketch on the second kind of sheet."""
    for n in range(students):
        kind = "fm"[n % 2]
        picture(root / "photo" / f"{kind}-{n:03d}-01.jpg")
        sheet = kind.upper() + "2" if n % 2 else kind
        picture(root / "sketch" / f"{sheet}-{n:03d}-01-sz1.jpg")
    return root


def cufs_in_halves(root: Path) -> Path:
    for half, n in (("training", 1), ("testing", 2)):
        picture(root / f"CUHK_{half}_photo" / f"m-{n:03d}-01.jpg", 10)
        picture(root / f"CUHK_{half}_cropped_photos" / f"m-{n:03d}-01.jpg", 20)
        picture(root / f"CUHK_{half}_sketch" / f"M2-{n:03d}-01-sz1.jpg", 30)
        picture(root / f"CUHK_{half}_cropped_sketches" / f"M2-{n:03d}-01-sz1.jpg", 40)
    return root


def cufsf(root: Path) -> Path:
    """Three sketches: one with a photo of its name, one listed, one without photo."""
    names = ("00001fb010_930831", "00002fa010_930831", "00003fa010_930831")
    for number in (1, 2, 3):
        picture(root / "original_sketch" / f"s{number}.png")
        picture(root / "cropped_sketch" / f"s{number}.png")
    for name in names[:2]:
        picture(root / "feret" / f"{name}.png")
    listed = root / "names_of_photos_used_for_drawing_sketches.txt"
    listed.write_text("".join(f"{name}.ppm\n" for name in names))
    return root


def fs2k(root: Path) -> Path:
    """Three pairs and one photo that is annotated and not there."""
    rows: dict[str, list[dict[str, Any]]] = {"train": [], "test": []}
    for split, number, image in (("train", 1, 5), ("train", 2, 7), ("test", 3, 9)):
        picture(root / "photo" / f"photo{number}" / f"image{image:04d}.jpg", 40 * number)
        picture(root / "sketch" / f"sketch{number}" / f"sketch{image:04d}.{'png' if number == 2 else 'jpg'}")
        rows[split].append({"image_name": f"photo{number}/image{image:04d}", "style": number - 1, "gender": 1})
    rows["test"].append({"image_name": "photo3/image0404", "style": 2})
    for split, of_split in rows.items():
        (root / f"anno_{split}.json").write_text(json.dumps(of_split))
    return root


def celebahq(root: Path, people: bool = True) -> Path:
    """Three photos, of which the last two are of one person, in different splits of CelebA; masks of the first."""
    for n in range(3):
        picture(root / "CelebA-HQ-img" / f"{n}.jpg")
    for part, columns in (("skin", slice(0, 4)), ("hair", slice(2, 4))):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[:, columns] = 255
        target = root / "CelebAMask-HQ-mask-anno" / "0" / f"00000_{part}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(target)
    mapping = "idx orig_idx orig_file\n" + "".join(f"{n} {100 + n} {100 + n:06d}.jpg\n" for n in range(3))
    (root / "CelebA-HQ-to-CelebA-mapping.txt").write_text(mapping)
    (root / "CelebAMask-HQ-attribute-anno.txt").write_text(
        "3\nMale Smiling\n" + "".join(f"{n}.jpg  1 {(-1) ** n}\n" for n in range(3))
    )
    if people:
        (root / "identity_CelebA.txt").write_text("000100.jpg 7\n000101.jpg 8\n000102.jpg 8\n")
        (root / "list_eval_partition.txt").write_text("000100.jpg 0\n000101.jpg 0\n000102.jpg 2\n")
    return root


def celebahq_by_size(root: Path) -> Path:
    for side in (256, 1024):
        for n in range(2):
            picture(root / f"data{side}x{side}" / f"{n:05d}.jpg")
    return root


def celebahq_by_gender(root: Path) -> Path:
    for n, folder in enumerate(("train/female", "train/male", "val/female", "val/male")):
        picture(root / folder / f"{n:06d}.jpg")
    return root


def ffhq(root: Path) -> Path:
    """Three thumbnails: one under CC BY, one against changes, one that the JSON does not know."""
    for n in range(3):
        picture(root / "thumbnails128x128" / "00000" / f"{n:05d}.png")
    points = [[float(k), 2.0 * k] for k in range(68)]
    told = {
        "0": {
            "category": "training",
            "metadata": {"license": "Attribution License", "author": "Somebody", "photo_url": "flickr/0"},
            "image": {"face_landmarks": points},
        },
        "1": {"category": "validation", "metadata": {"license": "Attribution-NoDerivs License"}},
    }
    (root / "ffhq-dataset-v2.json").write_text(json.dumps(told))
    return root


def plain(root: Path) -> Path:
    """A pair, a photo alone, a sketch alone, and two photos of one person."""
    picture(root / "photos" / "ada.jpg")
    picture(root / "sketches" / "ada.png")
    picture(root / "photos" / "ben.jpg")
    picture(root / "sketches" / "cleo.png")
    picture(root / "photos" / "dan" / "1.jpg")
    picture(root / "photos" / "dan" / "2.jpg")
    return root
