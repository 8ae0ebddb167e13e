"""How a report reads: text, JSON, page and curves."""

import json
from xml.etree import ElementTree

import numpy as np

from training.evaluation.chart import as_svg
from training.evaluation.page import as_html
from training.evaluation.report import Chart, Column, Figure, Point, Report, Row, Section, Series, Sheet, Table, shown
from training.evaluation.sheets import contact_sheet
from training.evaluation.text import as_text

COLUMNS = (Column("what", "what", None), Column("cosine", "cosine", 2, interval=True), Column("n", "count", 0, "faces"))
ROWS: list[Row] = [
    {"what": "a <b> & c", "cosine": 0.5, "cosine_low": 0.25, "cosine_high": 0.75, "n": 12},
    {"what": "empty", "cosine": float("nan"), "n": None},
]
CHART = Chart(
    "c", "Strokes", "px", "cosine",
    [
        Series("face", [Point(0, 0.5, 0.4, 0.6), Point(11, 0.25, 0.2, 0.3)]),
        Series("sketch", [Point(0, 0.2, 0.2, 0.2), Point(11, -0.1, -0.1, -0.1)], model=False),
    ],
)  # fmt: skip
REPORT = Report(
    "A report", {"Model": "tiny"},
    [
        Section(
            "s", "Section", tables=[Table("t", "Table", COLUMNS, ROWS, marked=(0,))], charts=[CHART],
            sheets=[Sheet("faces", "Faces", np.zeros((4, 8, 3), np.uint8))],
            figures=[Figure("one", "1", "2", True), Figure("two", "1", "2", False), Figure("three", "-", "2", None)],
        )
    ],
)  # fmt: skip


def test_cells() -> None:
    assert [shown(ROWS[0], column) for column in COLUMNS] == ["a <b> & c", "0.50 (0.25 to 0.75)", "12"]
    assert [shown(ROWS[1], column) for column in COLUMNS] == ["empty", "-", "-"]
    assert shown({"x": True}, Column("x", "x")) == "yes"


def test_text_lines_up_and_says_what_is_met() -> None:
    lines = as_text(REPORT).splitlines()
    table = lines[lines.index("Table") + 1 :][:3]
    assert table[0].endswith("count [faces]")
    assert table[1].endswith("           12")
    assert [line.split("  ")[-1].strip() for line in lines if line.startswith(("one", "two", "three"))] == [
        "met", "not met", "not measured",
    ]  # fmt: skip
    assert "  face    0: 0.500  11: 0.250" in lines


def test_json_knows_no_infinity() -> None:
    data = json.loads(json.dumps(REPORT.as_data(), allow_nan=False))
    section = data["sections"]["s"]
    assert section["tables"]["t"][1] == {"what": "empty", "cosine": None, "n": None}
    assert section["charts"]["c"]["face"][1] == {"x": 11, "y": 0.25, "low": 0.2, "high": 0.3}
    assert section["sheets"] == ["faces.png"]
    assert [figure["met"] for figure in data["figures"]] == [True, False, None]


def test_the_page_escapes_and_marks() -> None:
    page = as_html(REPORT)
    assert "a &lt;b&gt; &amp; c" in page
    assert page.count("<tr class=own>") == 1
    assert '0.50<span class="interval">0.25 to 0.75</span>' in page
    assert 'src="sheets/faces.png"' in page
    assert "1 of 3 met" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_curve_lies_where_its_numbers_say() -> None:
    svg = ElementTree.fromstring(as_svg(CHART))
    lines = [e for e in svg if e.tag == "polyline"]
    assert ["null" in line.attrib["class"] for line in lines] == [False, True]
    start, end = (tuple(map(float, pair.split(","))) for pair in lines[0].attrib["points"].split())
    ticks = {e.text: float(e.attrib["y"]) - 4 for e in svg if e.attrib.get("text-anchor") == "end"}
    assert list(ticks) == ["-0.10", "0.07", "0.25", "0.42", "0.60"]
    assert abs(end[1] - ticks["0.25"]) < 0.2
    assert start[1] < end[1]
    assert start[0] < end[0]


def test_a_contact_sheet_keeps_every_face_under_its_sketch() -> None:
    stacks = [np.stack([np.full((4, 4, 3), 10 * s + k, np.uint8) for k in range(5)]) for s in (1, 2)]
    sheet = contact_sheet(stacks, columns=3, tile=10)
    assert sheet.shape == (2 * 20 + 1, 30, 3)
    assert sheet[[5, 15], [15, 15], 0].tolist() == [11, 21]
    assert sheet[[26, 36], [5, 5], 0].tolist() == [13, 23]
    assert (sheet[21:, 20:] == 255).all()
