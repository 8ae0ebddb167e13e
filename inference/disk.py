"""Files that are whole or absent, whatever happens while they are written."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Every file beside its place first, then all renamed: a full disk leaves none of them, and old ones as they were.

    Raises OSError.
    """
    beside = {path: path.with_name(f".{path.name}.part") for path in files}
    try:
        for path, data in files.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            beside[path].write_bytes(data)
        for path in files:
            beside[path].replace(path)
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)
