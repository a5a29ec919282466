"""The form of an archive is known by what is in it."""

import io
import tarfile
from pathlib import Path

import pytest

from strata.errors import UsageError
from strata.images.archives import form


def archive(folder: Path, *names: str, mode: str = "w") -> Path:
    file = folder / "image.tar"
    with tarfile.open(file, mode) as tar:  # type: ignore[call-overload]
        for name in names:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    return file


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["blobs/sha256/a", "index.json", "oci-layout"], "oci-archive"),
        (["./oci-layout"], "oci-archive"),
        (["a.tar", "manifest.json"], "docker-archive"),
        # As Docker 25 and later save it.
        (["oci-layout", "index.json", "manifest.json"], "docker-archive"),
    ],
)
def test_the_form_of_an_archive(names: list[str], expected: str, mode: str, tmp_path: Path) -> None:
    assert form(archive(tmp_path, *names, mode=mode)) == expected


def test_other_files_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"neither manifest\.json nor oci-layout"):
        form(archive(tmp_path, "etc/passwd"))
    text = tmp_path / "text.tar"
    text.write_text("FROM scratch")
    with pytest.raises(UsageError, match="is no tar file"):
        form(text)
    text.write_bytes(archive(tmp_path, "oci-layout").read_bytes()[:100])
    with pytest.raises(UsageError, match="is no tar file"):
        form(text)
    with pytest.raises(UsageError, match="cannot be read"):
        form(tmp_path)
