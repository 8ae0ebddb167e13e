"""Faces that the project draws itself, in colour: the data of the demonstration and of tests.

They are no photographs and look it; but like photographs they have people, light, skin, hair and eyes of many colours,
and an artist's drawing of the same person beside them, so that everything from `prepare` to `evaluate` has its work.
"""

from training.data.drawn.paint import Painted, paint
from training.data.drawn.people import Look, Sitter, imagine_sitter, pose

__all__ = ["Look", "Painted", "Sitter", "imagine_sitter", "paint", "pose"]
