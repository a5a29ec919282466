"""The download of Terraform, from a server on loopback."""

import hashlib
import http.server
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pysequoia import Cert, SignatureMode, Tsk, sign

from strata.errors import StrataError
from strata.terraform import signature
from strata.terraform.binary import download, terraform, wanted_version
from strata.terraform.plugins import platform_name
from strata.terraform.process import Terraform
from tests.serving import serving

WorkIn = Callable[[Path], None]
KEY = Tsk.generate("Somebody <somebody@example.com>")
OTHER = Tsk.generate("Somebody else <else@example.com>")
VERSION = "0.0.1"
SUMS = f"terraform_{VERSION}_SHA256SUMS"
ARCHIVE = f"terraform_{VERSION}_{platform_name()}.zip"


def release(folder: Path, archive: bytes, sums: str = "", signer: Tsk = KEY) -> None:
    """Put an archive on the server, and its checksum, or other `sums`, signed by `signer`."""
    (folder / ARCHIVE).write_bytes(archive)
    text = (sums or f"{hashlib.sha256(archive).hexdigest()}  {ARCHIVE}\n").encode()
    (folder / SUMS).write_bytes(text)
    signed = sign(signer.signer(), text, mode=SignatureMode.DETACHED, armor=False)
    (folder / f"{SUMS}.sig").write_bytes(signed)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The public key whose releases are taken."""
    file = tmp_path / "key.asc"
    file.write_text(str(KEY.extract_certificate()))
    return file


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address and folder of a release server."""
    folder = tmp_path / "releases" / VERSION
    folder.mkdir(parents=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("terraform", "#!/bin/sh\necho here\n")
    release(folder, content.getvalue())

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder.parent))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}", folder


def test_a_right_archive_is_unpacked(releases: tuple[str, Path], key: Path, tmp_path: Path) -> None:
    target = tmp_path / "bin" / "terraform"
    download(VERSION, target, releases[0], key)
    assert "echo here" in target.read_text()
    assert target.stat().st_mode & 0o111


def test_a_wrong_checksum_installs_nothing(
    releases: tuple[str, Path], key: Path, tmp_path: Path
) -> None:
    url, folder = releases
    release(folder, (folder / ARCHIVE).read_bytes(), f"{'0' * 64}  {ARCHIVE}\n")
    target = tmp_path / "bin" / "terraform"
    with pytest.raises(StrataError, match="checksum"):
        download(VERSION, target, url, key)
    assert not target.parent.exists()


@pytest.mark.parametrize("fault", ["another key", "other sums", "a page", "nothing"])
def test_what_the_key_did_not_sign_installs_nothing(
    fault: str, releases: tuple[str, Path], key: Path, tmp_path: Path
) -> None:
    url, folder = releases
    signed = folder / f"{SUMS}.sig"
    if fault == "another key":
        release(folder, (folder / ARCHIVE).read_bytes(), signer=OTHER)
    elif fault == "other sums":
        (folder / SUMS).write_text(f"{'0' * 64}  {ARCHIVE}\n")
    else:
        signed.write_bytes(b"<html>sign in first</html>" if fault == "a page" else b"")
    target = tmp_path / "bin" / "terraform"
    with pytest.raises(StrataError) as error:
        download(VERSION, target, url, key)
    assert f"{SUMS} is not signed by the key {KEY.extract_certificate().fingerprint}: " in str(
        error.value.message
    )
    assert "\n" not in error.value.message
    assert not target.parent.exists()


def test_without_a_signature_nothing_is_installed(
    releases: tuple[str, Path], key: Path, tmp_path: Path
) -> None:
    url, folder = releases
    (folder / f"{SUMS}.sig").unlink()
    with pytest.raises(StrataError, match=r"SHA256SUMS\.sig could not be fetched"):
        download(VERSION, tmp_path / "terraform", url, key)


def test_the_key_that_is_kept_is_hashicorps_and_has_not_ended() -> None:
    kept = Cert.from_file(str(signature.KEY))
    assert kept.fingerprint == signature.FINGERPRINT
    assert kept.expiration is not None
    assert kept.expiration > datetime.now(UTC)


def test_a_server_that_does_not_answer_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        download(VERSION, tmp_path / "terraform", "http://127.0.0.1:9")
    assert "PATH" in str(caught.value.hint)


def test_an_archive_that_is_none_installs_nothing(
    releases: tuple[str, Path], key: Path, tmp_path: Path
) -> None:
    url, folder = releases
    release(folder, b"an error page")
    target = tmp_path / "bin" / "terraform"
    with pytest.raises(StrataError, match="contains no terraform"):
        download(VERSION, target, url, key)
    assert not target.exists()


CANNOT = [
    ("#!/bin/sh\nexec sleep 600\n", "printed no version within 0.5 s"),
    ("#!/bin/sh\nexit 3\n", "prints no version"),
    ("#!/bin/sh\necho '[1]'\n", "prints no version"),
    ("#!/bin/sh\nprintf '\\377'\n", "prints no version"),
    ("#!/bin/sh\nprintf '\\nNo version is set\\n' >&2\n", "no version, but: No version is set"),
    ('#!/bin/sh\necho \'{"terraform_version": "0.1.0"}\'\n', "0.1.0"),
    ("#!/nowhere/at/all\n", "there is no such file"),
    ("\x7fELF of another machine", "cannot be run on this machine"),
]


@pytest.mark.parametrize("text, why", CANNOT)
def test_one_that_cannot_be_run_or_never_answers_is_passed_over_and_named(
    text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work_in: WorkIn
) -> None:
    fake = tmp_path / "terraform"
    fake.write_text(text)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    work_in(tmp_path / "work")

    def unreachable(version: str, target: Path) -> None:
        raise StrataError("could not be fetched", "install Terraform")

    monkeypatch.setattr("strata.terraform.binary.download", unreachable)
    with pytest.raises(StrataError) as error:
        terraform(seconds=0.5 if "sleep" in text else 30)
    assert f"{fake} is passed over: " in error.value.message
    assert why in error.value.message
    assert error.value.hint == "install Terraform"


@pytest.mark.parametrize("mode, why", [(0o755, "cannot be run on this machine"), (0o644, "denied")])
def test_a_download_that_was_damaged_since_is_named(mode: int, why: str, tmp_path: Path) -> None:
    damaged = tmp_path / "terraform"
    damaged.write_bytes(b"\x7fELF half of it")
    damaged.chmod(mode)
    tool = Terraform(damaged, {}, tmp_path / "logs")
    for run in (tool.init, tool.outputs, tool.resources):
        with pytest.raises(StrataError, match=f"terraform cannot be run: .*{why}"):
            run(tmp_path)


def test_one_of_another_version_on_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work_in: WorkIn
) -> None:
    fake = tmp_path / "terraform"
    fake.write_text('#!/bin/sh\necho \'{"terraform_version": "0.1.0"}\'\n')
    fake.chmod(0o755)
    ours = tmp_path / "work" / "terraform" / wanted_version() / "terraform"
    ours.parent.mkdir(parents=True)
    ours.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    work_in(tmp_path / "work")
    assert terraform() == ours
