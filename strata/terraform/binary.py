"""The Terraform executable: the one on the PATH when its version fits, else a verified download."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from strata.errors import StrataError
from strata.paths import ROOT, WORK
from strata.terraform.plugins import platform_name

RELEASES = "https://releases.hashicorp.com/terraform"
CHECKSUMS = {
    ("1.11.4", "linux_amd64"): "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    ("1.11.4", "darwin_arm64"): "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
"""SHA-256 of the archives; for others the release's own list is fetched."""


def wanted_version() -> str:
    """The version in `.terraform-version`."""
    return (ROOT / ".terraform-version").read_text().strip()


def terraform() -> Path:
    """The executable of the wanted version."""
    version = wanted_version()
    found = shutil.which("terraform")
    if found and _version(Path(found)) == version:
        return Path(found)
    target = WORK / "terraform" / version / "terraform"
    if not target.exists():
        download(version, target)
    return target


def download(version: str, target: Path, releases: str = RELEASES) -> None:
    """Put the executable at `target` once its archive's checksum was found right."""
    archive = f"terraform_{version}_{platform_name()}.zip"
    base = f"{releases}/{version}"
    expected = CHECKSUMS.get((version, platform_name()))
    if expected is None:
        sums = _fetch(f"{base}/terraform_{version}_SHA256SUMS").decode()
        listed = {name: digest for digest, name in map(str.split, sums.splitlines())}
        if archive not in listed:
            raise StrataError(f"Terraform {version} is not released for {platform_name()}")
        expected = listed[archive]
    content = _fetch(f"{base}/{archive}")
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise StrataError(
            f"{archive} has the checksum {actual}, not {expected}: it was not installed",
            f"install Terraform {version} yourself, or look who stands between you and {releases}",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(zipfile.ZipFile(io.BytesIO(content)).read("terraform"))
    part.chmod(0o755)
    os.replace(part, target)  # noqa: PTH105 - the same, and clearer about being atomic


def _version(executable: Path) -> str | None:
    answer = subprocess.run(
        [executable, "version", "-json"], capture_output=True, text=True, check=False
    )
    try:
        return str(json.loads(answer.stdout)["terraform_version"])
    except (ValueError, KeyError):
        return None


def _fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
            return bytes(answer.read())
    except (OSError, urllib.error.URLError) as error:
        raise StrataError(
            f"{url} could not be fetched: {error}",
            f"install Terraform {wanted_version()} and have it on the PATH",
        ) from error
