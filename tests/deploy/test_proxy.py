"""The example of a reverse proxy: nginx takes it, lets through what the product takes, and notes nobody outside."""

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.exchange.opening import MAX_SIZE
from app.public.verify import MOST_BODY
from app.settings import ROOT
from app.tips.requests import PLAIN
from tests.deploy.test_compose import SERVICES

EXAMPLE = (ROOT / "deploy" / "compose" / "nginx.conf.example").read_text()
SERVERS = {
    found[1]: one
    for one in re.split(r"(?m)^server \{", EXAMPLE)
    if (found := re.search(r"proxy_pass http://127\.0\.0\.1:(\d+);", one))
}
"""By the port of the surface that each stands before."""
PORTS = {name: re.findall(r":-(\d+)\}", SERVICES[name]["ports"][0])[0] for name in ("web", "public", "tips")}
MB = 2**20


def test_one_stands_before_each_surface() -> None:
    assert set(SERVERS) == set(PORTS.values())
    for server in SERVERS.values():
        assert "proxy_set_header Host $host;" in server
        assert "X-Forwarded-For $proxy_add_x_forwarded_for;" in server
        assert "X-Forwarded-Proto https;" in server


@pytest.mark.parametrize("name, most", [("web", MAX_SIZE), ("public", MOST_BODY), ("tips", PLAIN)])
def test_it_lets_through_what_the_surface_takes(name: str, most: int) -> None:
    allowed = re.search(r"client_max_body_size (\d+)m;", SERVERS[PORTS[name]])
    assert allowed
    assert most <= int(allowed[1]) * MB <= most * 1.1


@pytest.mark.parametrize("name", ["public", "tips"])
def test_nobody_outside_is_noted(name: str) -> None:
    server = SERVERS[PORTS[name]]
    assert "access_log off;" in server
    assert re.search(r"error_log \S+ crit;", server)
    assert "$request_id" not in server


def test_what_a_tip_brings_lies_on_no_disk() -> None:
    assert "proxy_request_buffering off;" in SERVERS[PORTS["tips"]]


def test_nginx_takes_it(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if nginx is None:
        pytest.skip("nginx is not installed on this machine: apt-get install nginx-light")
    for host in set(re.findall(r"ssl_certificate \S+/([\w.]+)\.pem;", EXAMPLE)):
        _certify(tmp_path, host)
    text = EXAMPLE.replace("/etc/ssl/semblance", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    inside = f"pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\nhttp {{ access_log off;\n{text}\n}}\n"
    (tmp_path / "nginx.conf").write_text(inside)
    command = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr


def _certify(folder: Path, host: str) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    (folder / f"{host}.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    (folder / f"{host}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
