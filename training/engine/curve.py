"""The loss curve of a run as a PNG."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt


def draw_curve(log: Path, target: Path) -> None:
    """One panel a loss over the steps, from a run's `log.jsonl`; nothing while there is none."""
    if not log.exists():
        return
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    names = sorted({name for row in rows for name in row} - {"step", "seconds_per_step"})
    figure, axes = plt.subplots(1, len(names), figsize=(3 * len(names), 2.6), squeeze=False, layout="constrained")
    for axis, name in zip(axes[0], names, strict=True):
        points = [(row["step"], row[name]) for row in rows if name in row]
        axis.plot(*zip(*points, strict=True), linewidth=1)
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=7)
    figure.savefig(target, dpi=110)
    plt.close(figure)
