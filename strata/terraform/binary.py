"""The Terraform executable: from the PATH when its version fits, else a verified download."""

import hashlib
import io
import json
import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from strata.errors import StrataError
from strata.machine.files import write_whole
from strata.machine.folders import project, work_folder
from strata.machine.unforeseen import words
from strata.terraform.plugins import platform_name
from strata.terraform.signature import KEY, check
from strata.text.words import and_said

ANSWER_SECONDS = 30.0
"""For `terraform version`, which takes a tenth of a second."""

RELEASES = "https://releases.hashicorp.com/terraform"


def wanted_version() -> str:
    """The version in `.terraform-version`."""
    return (project() / ".terraform-version").read_text().strip()


def terraform(seconds: float = ANSWER_SECONDS) -> Path:
    """The executable of the wanted version; `seconds` is the time limit of `terraform version`."""
    version = wanted_version()
    on_path = shutil.which("terraform")
    passed_over = ""
    if on_path:
        its_version = _version(Path(on_path), seconds)
        if its_version == version:
            return Path(on_path)
        passed_over = f"{on_path} is passed over: {its_version}"
    target = work_folder() / "terraform" / version / "terraform"
    if not target.exists():
        try:
            download(version, target)
        except StrataError as error:
            lines = [error.message, *([passed_over] if passed_over else [])]
            raise StrataError("\n".join(lines), error.hint) from None
    return target


def download(version: str, target: Path, releases: str = RELEASES, key: Path = KEY) -> None:
    """Put the executable at `target`, once its archive is verified as released with `key`."""
    archive = f"terraform_{version}_{platform_name()}.zip"
    base = f"{releases}/{version}"
    name = f"{base}/terraform_{version}_SHA256SUMS"
    sums = _fetch(name)
    check(sums, _fetch(f"{name}.sig"), name, key)
    listed = {file: digest for digest, file in map(str.split, sums.decode().splitlines())}
    if archive not in listed:
        raise StrataError(f"Terraform {version} is not released for {platform_name()}")
    expected = listed[archive]
    content = _fetch(f"{base}/{archive}")
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise StrataError(
            f"{archive} has the checksum {actual}, not {expected}: it was not installed",
            f"install Terraform {version} yourself, or check for a proxy that changes {releases}",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        executable = zipfile.ZipFile(io.BytesIO(content)).read("terraform")
    except (zipfile.BadZipFile, KeyError, NotImplementedError) as error:
        raise StrataError(f"{archive} contains no terraform: it was not installed") from error
    # Another strata may be installing it at this moment, or already be running it.
    write_whole(target, executable, 0o755)


def _version(executable: Path, seconds: float) -> str:
    """The version that an executable reports, or why it reports none."""
    try:
        answer = subprocess.run(
            [executable, "version", "-json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"it printed no version within {seconds:g} s"
    except OSError as error:
        return words(error)
    try:
        return str(json.loads(answer.stdout)["terraform_version"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return f"it prints no version{and_said(answer.stderr.decode(errors='replace'))}"


def _fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
            return bytes(answer.read())
    except (OSError, urllib.error.URLError) as error:
        raise StrataError(
            f"{url} could not be fetched: {error}",
            f"install Terraform {wanted_version()} and have it on the PATH",
        ) from error
