"""What the restorer is measured on."""

from dataclasses import replace
from pathlib import Path

from training.data import Prepared, load_images
from training.evaluation.rendering import load_renderer
from training.evaluation.restorer_inputs import all_inputs


def test_drawings_come_as_users_send_them_and_photos_as_they_are(prepared: Prepared, tiny_weights: Path) -> None:
    """Nothing is jittered or fitted; and no face comes twice, however many are asked for."""
    renderer = load_renderer(tiny_weights)
    everything = [replace(face, split="val") for face in prepared.faces]
    inputs = {one.name: one for one in all_inputs(replace(prepared, faces=everything), renderer, 99)}
    drawings = inputs["faces of drawings"]
    faces = {face.person: face for face in everything if face.sketch}
    assert sorted(drawings.people) == sorted(faces)
    chosen = [faces[person] for person in drawings.people]
    assert (drawings.photos == load_images(chosen, "photo")).all()
    assert (drawings.faces == renderer.faces(load_images(chosen, "sketch"))).all()
    assert drawings.size == 256
    degraded = inputs["degraded photos"]
    assert len(set(degraded.people)) == len(degraded.people) == 6
    assert (degraded.size, degraded.photos.shape[0]) == (512, 6)
