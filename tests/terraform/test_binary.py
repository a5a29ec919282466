"""The download of Terraform, from a server on loopback."""

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.terraform.binary import download, terraform, wanted_version
from strata.terraform.plugins import platform_name

VERSION = "0.0.1"
ARCHIVE = f"terraform_{VERSION}_{platform_name()}.zip"


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address and folder of a release server."""
    folder = tmp_path / "releases" / VERSION
    folder.mkdir(parents=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("terraform", "#!/bin/sh\necho here\n")
    (folder / ARCHIVE).write_bytes(content.getvalue())
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    (folder / f"terraform_{VERSION}_SHA256SUMS").write_text(f"{digest}  {ARCHIVE}\n")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder.parent))  # type: ignore[arg-type]

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_right_archive_is_unpacked(releases: tuple[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "bin" / "terraform"
    download(VERSION, target, releases[0])
    assert "echo here" in target.read_text()
    assert target.stat().st_mode & 0o111


def test_a_wrong_checksum_installs_nothing(releases: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = releases
    (folder / f"terraform_{VERSION}_SHA256SUMS").write_text(f"{'0' * 64}  {ARCHIVE}\n")
    target = tmp_path / "bin" / "terraform"
    with pytest.raises(StrataError, match="checksum"):
        download(VERSION, target, url)
    assert not target.parent.exists()


def test_a_server_that_does_not_answer_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StrataError) as caught:
        download(VERSION, tmp_path / "terraform", "http://127.0.0.1:9")
    assert "PATH" in str(caught.value.hint)


def test_one_of_another_version_on_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "terraform"
    fake.write_text('#!/bin/sh\necho \'{"terraform_version": "0.1.0"}\'\n')
    fake.chmod(0o755)
    ours = tmp_path / "work" / "terraform" / wanted_version() / "terraform"
    ours.parent.mkdir(parents=True)
    ours.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("strata.terraform.binary.WORK", tmp_path / "work")
    assert terraform() == ours
