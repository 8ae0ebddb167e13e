"""`python -m training evaluate`: everything about the faces, in one report."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from training.evaluation.appearance import measure_appearance
from training.evaluation.bench import Bench
from training.evaluation.candidates import measure_candidates
from training.evaluation.fairness import measure_fairness
from training.evaluation.faithfulness import measure_faithfulness
from training.evaluation.ink import measure_ink
from training.evaluation.page import as_html
from training.evaluation.quality import measure_quality
from training.evaluation.realism import measure_realism
from training.evaluation.report import Report, Section
from training.evaluation.robustness import measure_robustness
from training.evaluation.sheets import sheets_of
from training.evaluation.styles import measure_styles
from training.evaluation.text import as_text

Measure = Callable[[Bench], Section]
PARTS: dict[str, Measure] = {
    "quality": measure_quality,
    "styles": measure_styles,
    "faithfulness": measure_faithfulness,
    "ink": measure_ink,
    "appearance": measure_appearance,
    "candidates": measure_candidates,
    "realism": measure_realism,
    "robustness": measure_robustness,
    "fairness": measure_fairness,
    "sheets": sheets_of,
}
BY_THE_JUDGE = ("styles", "candidates", "realism", "robustness", "fairness")
_JUDGE = "MobileFaceNet (judge.onnx), used for figures only and never as a loss"
_USE = {"test": "for reporting alone", "val": "for choosing: report on test", "train": "which was trained on"}


def evaluate(bench: Bench, parts: Sequence[str] = (), progress: Callable[[str], None] = lambda _: None) -> Report:
    """All parts or the named ones, in the report's order; `progress` hears each name before its part is measured.

    Without a judge the parts that need one are left out; one that is named raises ValueError.
    """
    without = [name for name in parts if bench.judge is None and name in BY_THE_JUDGE]
    if without:
        raise ValueError(f"The part {without[0]} needs the judge: put judge.onnx into the folder of --nets.")
    possible = [name for name in PARTS if bench.judge or name not in BY_THE_JUDGE]
    sections: list[Section] = []
    for name in PARTS:
        if name in (parts or possible):
            progress(name)
            sections.append(PARTS[name](bench))
    return Report("What the sketches become, in figures", about(bench), sections)


def about(bench: Bench) -> dict[str, str]:
    sets = ", ".join(f"{len(t.faces)} pairs of {len(set(t.people))} people from {t.name}" for t in bench.sets)
    return {
        "Model": bench.renderer.label,
        "Pictures": f"{sets}; the {bench.split} split, {_USE[bench.split]}",
        "Judge": _JUDGE if bench.judge else "none: there is no judge.onnx, so who it is was not measured",
        "Seed": f"{bench.seed}; the same seed, weights and device give the same report",
    }


def write(report: Report, folder: Path) -> Path:
    """`report.txt`, `report.json`, `index.html` and `sheets/`. Returns the page."""
    (folder / "sheets").mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(as_text(report) + "\n")
    (folder / "report.json").write_text(json.dumps(report.as_data(), indent=2, allow_nan=False) + "\n")
    for section in report.sections:
        for sheet in section.sheets:
            Image.fromarray(sheet.picture).save(folder / "sheets" / f"{sheet.key}.png")
    page = folder / "index.html"
    page.write_text(as_html(report))
    return page
