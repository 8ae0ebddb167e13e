"""Faces to learn from: sets in their usual layouts, one manifest, aligned arrays.

`sets` reads what users download, `prepare` writes the arrays of the cache, `prepared` reads them for the trainers.
"""

from training.data.faces import SIZE, Face, Split, load_eyes, load_images
from training.data.files import Images
from training.data.manifest import known_faces, read_manifests
from training.data.prepared import Prepared, load_prepared

__all__ = [
    "SIZE",
    "Face",
    "Images",
    "Prepared",
    "Split",
    "known_faces",
    "load_eyes",
    "load_images",
    "load_prepared",
    "read_manifests",
]
