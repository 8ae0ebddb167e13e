"""``python -m app.tips keys``: what an operator does with keys, through a loss and back."""

from pathlib import Path

import pytest

from app.database import Database
from app.settings import Settings
from app.tips import opening
from app.tips.__main__ import main
from app.tips.keys import SecretElsewhere
from tests.app.conftest import settings_for
from tests.app.tips.test_keys import message_of, tip_of


@pytest.fixture
def settings(database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SEMBLANCE_VAR", str(tmp_path / "var"))
    return settings_for(tmp_path / "var", DATABASE_URL=database_url)


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["keys", *arguments]) == code
    said = capsys.readouterr()
    return said.err if code else said.out


def test_a_key_is_kept_elsewhere_and_brought_back(
    settings: Settings, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "No key yet" in told(capsys, "list")
    first = told(capsys, "new").split()[0]
    with database.session() as db:
        message = message_of(db, tip_of(db), "sealed")
    file = tmp_path / "key"
    assert "no longer here" in told(capsys, "export", first, str(file), "--remove")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "File exists" in told(capsys, "export", first, str(file), code=1) or "elsewhere" in told(capsys, "list")
    with database.session() as db, pytest.raises(SecretElsewhere):
        opening.open_message(db, settings, message)
    second = told(capsys, "new").split()[0]
    listed = told(capsys, "list").splitlines()
    assert [line.split()[0] for line in listed] == [second, first]
    assert "seals" in listed[0]
    assert "retired" in listed[1]
    assert "elsewhere" in listed[1]
    assert "secret half here" in told(capsys, "import", str(file))
    with database.session() as db:
        assert opening.open_message(db, settings, message).text == "sealed"


def test_what_cannot_be_done_is_said(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = told(capsys, "new").split()[0]
    assert "Make a new one first" in told(capsys, "retire", only, code=1)
    assert "no such key" in told(capsys, "retire", "zz", code=1)
    halves = ("", "no hex", "ab", f"{'11' * 32}\n{'22' * 32}", f"{'11' * 32}\n22", "00" * 32)
    for content in halves:
        (tmp_path / "wrong").write_text(content)
        assert "two halves" in told(capsys, "import", str(tmp_path / "wrong"), code=1)
