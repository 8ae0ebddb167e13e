"""Pictures that are missing or damaged are found before anything is made of the others."""

from dataclasses import replace
from typing import Literal

from training.data.faces import Face
from training.data.files import Members, Unreadable

_MEMBERS: tuple[Literal["photo", "sketch", "mask"], ...] = ("photo", "sketch", "mask")


def without_unreadable(faces: list[Face], unreadable: list[str]) -> list[Face]:
    """The faces whose pictures can be decoded; set and file of every other picture are added to `unreadable`.

    A photo goes on without a drawing or a mask that is damaged.
    """
    with Members() as members:
        looked_at = [_looked_at(members, face, unreadable) for face in faces]
    return [face for face in looked_at if face is not None]


def _looked_at(members: Members, face: Face, unreadable: list[str]) -> Face | None:
    for member in _MEMBERS:
        name = getattr(face, member)
        if name is None:
            continue
        decode = members.parsing if member == "mask" else members.picture
        try:
            decode(face.archive, name)
        except Unreadable as error:
            unreadable.append(f"{face.set}: {error}")
            if member == "photo" or (member == "sketch" and face.photo is None):
                return None
            face = replace(face, sketch=None) if member == "sketch" else replace(face, mask=None)
    return face
