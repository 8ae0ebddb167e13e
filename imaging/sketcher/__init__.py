"""A parametric sketcher: draws human faces like a forensic artist's pencil portrait.

It is the source of every picture in this repository. ``draw_sketch(seed)`` is the whole interface; the
rooms behind it are the person (proportions), the anatomy (curves), the relief (light), the hand (strokes)
and the paper.
"""

from imaging.sketcher.canvas import Placement
from imaging.sketcher.draw import DrawnSketch, Style, draw_sketch
from imaging.sketcher.person import Person, imagine

__all__ = ["DrawnSketch", "Person", "Placement", "Style", "draw_sketch", "imagine"]
