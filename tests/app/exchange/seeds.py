"""A database and a bucket as s2f leaves them."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, create_engine, insert

from tests.app.drawings import _drawn, drawing_jpeg, drawing_png

COLUMNS = ("id", "createDate", "updateDate", "originalImg", "genImg", "realImg")


def record_table(grey: bool = False) -> Table:
    """s2f's only table, as its web framework makes it; an older one has a column more."""
    return Table(
        "record",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("createDate", DateTime, nullable=False),
        Column("updateDate", DateTime, nullable=False),
        Column("originalImg", String, nullable=False),
        Column("genImg", String, nullable=False),
        *([Column("genBwImg", String, nullable=False)] if grey else []),
        Column("realImg", String, nullable=True),
    )


@dataclass
class SeedSite:
    """What its bucket holds, by path, and its rows."""

    objects: dict[str, bytes] = field(default_factory=dict)
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, number: int, real: bool = False, day: int = 1) -> str:
        """A record with its pictures, named as s2f names them: the token that they share."""
        token = f"{number:032x}"
        names = {"ori": f"ori_{token}.jpg", "gen": f"gen_{token}.png", "real": f"real_{token}.jpg"}
        self.objects[f"ori/{names['ori']}"] = drawing_jpeg(number)
        self.objects[f"gen/{names['gen']}"] = drawing_png(100 + number)
        if real:
            self.objects[f"real/{names['real']}"] = drawing_jpeg(200 + number)
        moment = dt.datetime(2023, 4, day, 9, 30, 15, 123456)  # noqa: DTZ001, as s2f writes it
        values = (number, moment, moment, names["ori"], names["gen"], names["real"] if real else None)
        self.rows.append(dict(zip(COLUMNS, values, strict=True)))
        return token

    def folder(self, root: Path) -> Path:
        for name, data in self.objects.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        return root

    def upload(self, put: Callable[[str, bytes], object]) -> None:
        for name, data in self.objects.items():
            put(name, data)

    def database(self, url: str, grey: bool = False) -> str:
        table, engine = record_table(grey), create_engine(url)
        table.metadata.create_all(engine)
        with engine.begin() as connection:
            for row in self.rows:
                connection.execute(insert(table).values(**row, **({"genBwImg": "genBw_x.png"} if grey else {})))
        engine.dispose()
        return url

    def csv(self, path: Path) -> Path:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)
        return path


def webp() -> bytes:
    file = io.BytesIO()
    _drawn().save(file, "WEBP", lossless=True)
    return file.getvalue()


def blank() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(file, "PNG")
    return file.getvalue()
