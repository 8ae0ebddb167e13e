"""What programs read is what the OpenAPI document of this surface says: its addresses, its filters, every answer."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.openapi.checks import JsonSchemaError
from werkzeug.test import TestResponse

from app import surfaces
from app.public import contract
from app.public.filters import NAMES
from app.settings import ROOT, Settings
from tests.api.test_fuzz import served
from tests.public.conftest import Reader
from tests.published import Press

CONFIG = ROOT / "tests" / "public" / "fuzz.toml"
DOCUMENT = contract.document("/")


def check(template: str, answer: TestResponse) -> None:
    """Status, type and body are those of the document, or this fails."""
    described = DOCUMENT["paths"][template]["get"]["responses"]
    assert str(answer.status_code) in described, f"{template} gave {answer.status_code}"
    schemathesis.openapi.from_dict(DOCUMENT)[template]["GET"].validate_response(answer)
    expected = described[str(answer.status_code)]
    if "$ref" in expected:
        expected = DOCUMENT["components"]["responses"][expected["$ref"].rpartition("/")[2]]
    assert answer.status_code == 304 or answer.mimetype in expected["content"], f"{template} gave {answer.mimetype}"


def test_it_is_valid_and_served(reader: Reader) -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    answer = reader.get("/openapi.json")
    assert json.loads(answer.data) == DOCUMENT
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_it_has_every_address_for_programs_and_no_other(surface: Flask) -> None:
    there = {
        re.sub(r"<(?:any\([^)]*\):)?(\w+)>", r"{\1}", rule.rule): rule.endpoint.partition(".")[2]
        for rule in surface.url_map.iter_rules()
        if rule.rule.endswith((".json", ".atom"))
    }
    assert {path: methods["get"]["operationId"] for path, methods in DOCUMENT["paths"].items()} == there


def test_its_filters_are_those_that_are_read(reader: Reader, press: Press) -> None:
    assert set(contract.FILTERS) == {*NAMES, "after"}
    press.publish("pier")
    for name, wrong in {"category": "x", "from": "x", "to": "x", "after": "x"}.items():
        check("/notices.json", answer := reader.get("/notices.json", query_string={name: wrong}))
        assert answer.status_code == 422


def test_answers_are_as_it_says(reader: Reader, press: Press) -> None:
    press.publish("pier", days_ago=3, seeds=(1, 2))
    press.correct("pier")
    press.publish("gone")
    press.end("gone")
    seen = set()
    for path in DOCUMENT["paths"]:
        for slug in ("pier", "gone", "never"):
            address = path.replace("{slug}", slug).replace("{language}", "th")
            answer = reader.get(address)
            check(path, answer)
            seen.add(answer.status_code)
            if answer.status_code == 200:
                check(path, again := reader.get(address, headers={"If-None-Match": answer.headers["ETag"]}))
                assert again.status_code == 304
        check(path, bad := reader.get(f"{path.replace('{slug}', 'pier').replace('{language}', 'en')}?q=%00"))
        assert bad.status_code == 400
    assert seen == {200, 404, 410}


@pytest.mark.parametrize(
    "change",
    [{"version": 0}, {"category": "friend"}, {"published_at": "yesterday"}, {"pictures": None}, {"words": {"en": {}}}],
    ids=lambda change: next(iter(change)),
)
def test_an_answer_that_it_does_not_describe_is_noticed(reader: Reader, press: Press, change: dict[str, Any]) -> None:
    """Or every other test here would believe whatever comes."""
    press.publish("pier")
    answer = reader.get("/notices/pier.json")
    check("/notices/{slug}.json", answer)
    facts = json.loads(answer.data)
    answer.set_data(json.dumps({**facts, "notice": {**facts["notice"], **change}}))
    with pytest.raises(JsonSchemaError, match="violates schema"):
        check("/notices/{slug}.json", answer)


@pytest.mark.slow
def test_no_question_gets_an_answer_that_it_does_not_describe(settings: Settings, press: Press, tmp_path: Path) -> None:
    """schemathesis asks the running surface, in its folder beside the staff's pages, everything that the document
    allows, and much that it does not."""
    press.publish("pier", seeds=(1, 2))
    everything = surfaces.create(replace(settings, notices_url=None))
    with served(everything) as url:
        program = str(Path(sys.executable).with_name("schemathesis"))
        command = [program, "--config-file", str(CONFIG), "run", "--no-color", f"{url}/public/openapi.json"]
        environ = {**os.environ, "FUZZ_SLUG": "pier"}
        ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    tried = re.search(r"Operations?:\s+(\d+) selected / \1 total", ran.stdout)
    assert tried is not None, ran.stdout
    assert int(tried[1]) == len(DOCUMENT["paths"]) - 1  # it has the document already
