"""Sketches made from photos, in several styles: exactly aligned pairs without an artist.

Every maker takes and returns (H, W) uint8, white paper, and draws its numbers from the generator it is given:
the same generator state gives the same sketch.
"""

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Rng = np.random.Generator


def dodge(gray: Gray, sigma: float = 11.0) -> Gray:
    """Colour dodge with the blurred negative; s2f's sketch is sigma 11 (OpenCV's choice for a 71 px window)."""
    blurred = cv2.GaussianBlur(255 - gray, (0, 0), sigma)
    return np.asarray(cv2.divide(gray, np.maximum(255 - blurred, 1), scale=256))


def xdog(gray: Gray, sigma: float = 1.0, sharpness: float = 18.0, threshold: float = 0.75, slope: float = 6.0) -> Gray:
    """Extended difference of Gaussians (Winnemoeller et al. 2012), k = 1.6."""
    image = gray.astype(np.float32) / 255
    fine, coarse = cv2.GaussianBlur(image, (0, 0), sigma), cv2.GaussianBlur(image, (0, 0), 1.6 * sigma)
    response = (1 + sharpness) * fine - sharpness * coarse
    soft = np.where(response >= threshold, 1.0, 1.0 + np.tanh(slope * (response - threshold)))
    return np.asarray(255 * np.clip(soft, 0, 1), np.uint8)


def edges(gray: Gray, sigma: float = 1.2, gain: float = 6.0) -> Gray:
    """Soft contour lines: the gradient's magnitude, thinned by its own blur."""
    smooth = cv2.GaussianBlur(gray, (0, 0), sigma).astype(np.float32) / 255
    magnitude = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    thin = np.clip(magnitude - 0.75 * cv2.GaussianBlur(magnitude, (0, 0), 3.0), 0, None)
    return np.asarray(255 * np.clip(1 - gain * thin, 0, 1), np.uint8)


def canny_lines(gray: Gray, low: float, high: float, width: float) -> Gray:
    """Hard outlines as a pen draws them."""
    lines = cv2.Canny(cv2.GaussianBlur(gray, (0, 0), 1.4), low, high)
    if width > 1:
        lines = cv2.dilate(lines, np.ones((2, 2), np.uint8))
    return np.asarray(255 - cv2.GaussianBlur(lines, (0, 0), 0.6))


def hatch(gray: Gray, rng: Rng) -> Gray:
    """Pencil shading: darkness laid down as directional grain, denser where the photo is darker."""
    height, width = gray.shape
    grain = rng.standard_normal((height, width)).astype(np.float32)
    length, angle = int(rng.integers(7, 19)), rng.uniform(20, 70)
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0 / length
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), angle, 1.0)
    streaks = cv2.filter2D(grain, -1, cv2.warpAffine(kernel, turn, (length, length)))
    streaks = np.clip(0.5 + streaks / (4 * streaks.std() + 1e-6), 0, 1)
    equalised = cv2.createCLAHE(2.0, (4, 4)).apply(gray).astype(np.float32) / 255
    darkness = np.clip(1.15 - 1.3 * equalised, 0, 1) ** rng.uniform(0.8, 1.6)
    return np.asarray(255 * (1 - darkness * (0.35 + 0.65 * streaks)), np.uint8)


def make_sketch(photo: npt.NDArray[np.uint8], person: Gray, rng: Rng) -> Gray:
    """One sketch of a (H, W, 3) RGB photo in a random style and strength; mostly without the background."""
    gray = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    if rng.random() < 0.9:  # artists do not draw the wall
        alpha = person.astype(np.float32) / 255
        gray = np.asarray(gray * alpha + rng.uniform(200, 255) * (1 - alpha), np.uint8)
    lines = _lines(gray, rng)
    if rng.random() < 0.45:
        shading = hatch(gray, rng)
        mixed = lines.astype(np.float32) * (1 - rng.uniform(0.3, 1.0) * (1 - shading / 255.0))
        lines = np.asarray(np.clip(mixed, 0, 255), np.uint8)
    strength = float(np.exp(rng.uniform(-0.7, 0.7)))
    return np.asarray(255 * (1 - (1 - lines / 255.0) ** strength), np.uint8)


def _lines(gray: Gray, rng: Rng) -> Gray:
    style = rng.choice(["dodge", "xdog", "edges", "canny"], p=[0.35, 0.3, 0.2, 0.15])
    if style == "dodge":
        return dodge(gray, float(np.exp(rng.uniform(np.log(2.5), np.log(14)))))
    if style == "xdog":
        sigma, sharpness = rng.uniform(0.7, 1.8), rng.uniform(10, 30)
        return xdog(gray, sigma, sharpness, rng.uniform(0.4, 0.85), rng.uniform(3, 12))
    if style == "edges":
        return edges(gray, rng.uniform(0.8, 1.8), rng.uniform(4, 10))
    return canny_lines(gray, rng.uniform(20, 50), rng.uniform(60, 130), rng.uniform(0.5, 1.5))


def elastic(sketch: Gray, rng: Rng, amplitude: float, smoothness: float) -> Gray:
    """A smooth random warp, `amplitude` px at most: hands do not trace (DeepFacePencil's stroke deformation)."""
    height, width = sketch.shape
    field = rng.uniform(-1, 1, (2, height // 8, width // 8)).astype(np.float32)
    shift = [cv2.resize(cv2.GaussianBlur(f, (0, 0), smoothness / 8), (width, height)) for f in field]
    dx, dy = (amplitude * s / (np.abs(s).max() + 1e-6) for s in shift)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return np.asarray(cv2.remap(sketch, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def vary_ink(sketch: Gray, rng: Rng) -> Gray:
    """Another hand and another scanner: tone, flattened shading, stroke width, grain, missing and smudged parts.

    Heavy charcoal must not be read as dark skin, so how dark a shaded area is says little in training.
    """
    ink = 1.0 - sketch.astype(np.float32) / 255
    if rng.random() < 0.6:
        ink = np.clip(ink - rng.uniform(0.2, 0.9) * cv2.GaussianBlur(ink, (0, 0), rng.uniform(6, 16)), 0, 1)
    ink = np.clip(ink * np.exp(rng.normal(0, 0.45)), 0, 1) ** np.exp(rng.normal(0, 0.35))
    if rng.random() < 0.3:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < 0.2:
        ink = np.asarray(cv2.dilate(ink, np.ones((2, 2), np.uint8)), ink.dtype)
    if rng.random() < 0.15:
        x, y = rng.integers(0, 192, 2)
        w, h = rng.integers(16, 64, 2)
        patch = ink[y : y + h, x : x + w]
        ink[y : y + h, x : x + w] = cv2.GaussianBlur(patch, (0, 0), 4) if rng.random() < 0.5 else 0
    if rng.random() < 0.4:
        ink = ink + rng.normal(0, rng.uniform(0.01, 0.04), ink.shape).astype(np.float32)
    return np.asarray(np.rint(255 * (1 - np.clip(ink, 0, 1))), np.uint8)
