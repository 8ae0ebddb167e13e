"""Files are whole or absent."""

from pathlib import Path

import pytest

from inference.disk import write_whole


def test_files_are_written_and_replaced(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"old")
    write_whole({one: b"new", two: b"2"})
    assert (one.read_bytes(), two.read_bytes()) == (b"new", b"2")
    assert len(list(tmp_path.iterdir())) == 2


def test_when_one_cannot_be_written_none_is(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.write_bytes(b"old")
    with pytest.raises(OSError, match="No such file"):
        write_whole({one: b"new", tmp_path / "absent" / "two": b"2"})
    assert one.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [one]


def test_a_folder_in_the_way_stops_all(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole({tmp_path / "one": b"1", tmp_path / "two": b"2"})
    assert list(tmp_path.iterdir()) == [tmp_path / "two"]
