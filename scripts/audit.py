"""Asks public advisories about every installed package: ``make audit``.

Ends with status 0 when none is known to be weak, 1 when one is, and 3 when no source of advisories could be
reached: then nothing was learned, and that must not be taken for good news. A source is believed only when it
knows an old weakness that everybody knows; a mirror that answers "nothing" to every question is no source.
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCES = ("osv", "pypi")
KNOWN_WEAK = {"jinja2": "2.4.1"}
CLEAN, WEAK, UNREACHABLE = 0, 1, 3

Versions = Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """``weak`` names package, version and advisories; ``unknown`` the packages that the source had nothing on."""

    weak: list[str]
    unknown: list[str]


def installed() -> Versions:
    """Every package of this environment, without what a build adds to its version (2.13.0+cpu)."""
    found = importlib.metadata.distributions()
    return {one.metadata["Name"].lower(): one.version.partition("+")[0] for one in found}


def ask(source: str, versions: Versions, osv_url: str | None = None) -> Answer | None:
    """What a source says about these packages; None when it gave no answer."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, told = Path(folder, "requirements.txt"), Path(folder, "told.json")
        wanted.write_text("".join(f"{name}=={version}\n" for name, version in sorted(versions.items())))
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(wanted), "--no-deps", "--disable-pip"]
        command += ["--vulnerability-service", source, "--format", "json", "--output", str(told)]
        command += ["--progress-spinner", "off", "--timeout", "10", "--cache-dir", folder]
        command += ["--osv-url", osv_url] if osv_url and source == "osv" else []
        subprocess.run(command, capture_output=True, check=False)
        try:
            return _read(json.loads(told.read_text()))
        except (OSError, ValueError, KeyError):
            return None


def _read(told: dict[str, list[dict[str, object]]]) -> Answer:
    weak, unknown = [], []
    for one in told["dependencies"]:
        advisories = one.get("vulns")
        if "skip_reason" in one or not isinstance(advisories, list):
            unknown.append(str(one["name"]))
        elif advisories:
            names = ", ".join(str(advisory["id"]) for advisory in advisories)
            weak.append(f"{one['name']} {one['version']}: {names}")
    return Answer(weak, unknown)


def audit(versions: Versions, osv_url: str | None = None) -> int:
    """Ask the first source that can be believed; says what it found."""
    for source in SOURCES:
        probe = ask(source, KNOWN_WEAK, osv_url)
        if probe is None or not probe.weak:
            continue
        answer = ask(source, versions, osv_url)
        if answer is not None:
            return _tell(source, answer, len(versions))
    print("No advisory source could be reached, so nothing is known about weaknesses of the installed packages.")
    print("Run `make audit` where the network lets it reach one of: " + ", ".join(SOURCES) + ".")
    return UNREACHABLE


def _tell(source: str, answer: Answer, asked: int) -> int:
    for line in answer.weak:
        print(line)
    if answer.unknown:
        print("Nothing is known there about: " + ", ".join(answer.unknown))
    print(f"{len(answer.weak)} of {asked} packages are known to be weak, says {source}.")
    return WEAK if answer.weak else CLEAN


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description="Asks advisories about packages.")
    parser.add_argument("--osv-url", help="an OSV mirror of your own")
    return audit(installed(), parser.parse_args(arguments).osv_url)


if __name__ == "__main__":
    sys.exit(main())
