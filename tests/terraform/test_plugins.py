"""Where the provider comes from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from strata.terraform.plugins import (
    PROVIDER,
    VERSION,
    configuration,
    find_mirror,
    platform_name,
    terraform_environment,
)


def mirror(folder: Path) -> Path:
    (folder / PROVIDER / VERSION / platform_name()).mkdir(parents=True)
    return folder


def test_the_configured_mirror_comes_first(tmp_path: Path) -> None:
    configured = mirror(tmp_path / "configured")
    mirror(tmp_path / ".terraform.d" / "plugins")
    file = tmp_path / "rc"
    file.write_text(
        f'provider_installation {{\n filesystem_mirror {{\n path = "{configured}" }} }}'
    )
    assert find_mirror({"TF_CLI_CONFIG_FILE": str(file)}, tmp_path) == configured


def test_then_the_customary_places(tmp_path: Path) -> None:
    customary = mirror(tmp_path / ".terraform.d" / "plugins")
    assert find_mirror({}, tmp_path) == customary


def test_the_disk_is_not_searched(tmp_path: Path) -> None:
    mirror(tmp_path / "opt" / "plugins")
    assert find_mirror({}, tmp_path, ours=tmp_path / "none") is None


def test_last_what_the_set_up_of_this_folder_found(tmp_path: Path) -> None:
    found = mirror(tmp_path / "opt" / "plugins")
    ours = tmp_path / "mirror.terraformrc"
    ours.write_text(configuration(found))
    assert find_mirror({}, tmp_path, ours) == found
    customary = mirror(tmp_path / ".terraform.d" / "plugins")
    assert find_mirror({}, tmp_path, ours) == customary


def test_a_mirror_of_another_version_is_none(tmp_path: Path) -> None:
    (tmp_path / ".terraform.d" / "plugins" / PROVIDER / "1.0.0" / platform_name()).mkdir(
        parents=True
    )
    assert find_mirror({}, tmp_path, ours=tmp_path / "none") is None


def test_cdktf_locks_providers_from_the_mirror_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = mirror(tmp_path / "configured")
    file = tmp_path / "rc"
    text = f'provider_installation {{\n filesystem_mirror {{\n path = "{configured}" }} }}'
    file.write_text(text)
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(file))
    variables = terraform_environment()
    assert variables["TF_CLI_ARGS_providers_lock"] == f"-fs-mirror={configured}"
    assert "TF_CLI_CONFIG_FILE" not in variables, "theirs says where providers come from"
    assert file.read_text() == text


def test_a_terraform_that_reads_it_meanwhile_has_all_of_it(
    tmp_path: Path, work_in: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another strata of this folder writes it for a Terraform of its own."""
    work_in(tmp_path)
    for name in ("TF_CLI_CONFIG_FILE", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "none"))
    file = Path(terraform_environment()["TF_CLI_CONFIG_FILE"])
    whole = file.read_bytes()
    with file.open("rb", buffering=0) as read:
        begun = read.read(10)
        mirror(tmp_path / "data" / "terraform" / "plugins")
        monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "data"))
        terraform_environment()
        assert begun + read.read() == whole
    assert str(tmp_path / "data") in file.read_text()
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [file.name]
