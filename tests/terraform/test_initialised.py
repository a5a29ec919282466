"""`terraform init` is left out while it would do the same again, and only then."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from strata.errors import StrataError
from strata.planning.composed import plan_composed
from strata.terraform.binary import terraform
from strata.terraform.initialised import initialise
from strata.terraform.plugins import VERSION, terraform_environment
from strata.terraform.process import Terraform

SCRIPT = """#!/bin/sh
cd "${1#-chdir=}"
echo "$2" >> ../calls
mkdir -p .terraform
echo provider > .terraform.lock.hcl
[ ! -e ../fails ]
"""
STACK = {
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": VERSION}}},
    "output": {"answer": {"value": "42"}},
}


def write(folder: Path, **more: object) -> None:
    (folder / "cdk.tf.json").write_text(json.dumps({**STACK, **more}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a stack, beside the Terraform that works on it."""
    script = tmp_path / "terraform"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    made = tmp_path / "local"
    made.mkdir()
    write(made)
    return made


def tool(folder: Path, **variables: str) -> Terraform:
    return Terraform(folder.parent / "terraform", variables, folder.parent / "logs")


def calls(folder: Path) -> int:
    return len((folder.parent / "calls").read_text().splitlines())


def test_a_folder_is_initialised_once_whatever_its_resources(folder: Path) -> None:
    for name in ("one", "other"):
        write(folder, resource={"aws_vpc": {name: {}}})
        initialise(tool(folder), folder)
    assert calls(folder) == 1


def test_a_workspace_and_a_data_folder_of_the_shell_are_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the other workspace nothing stands: all of it would be made a second time."""
    monkeypatch.setenv("TF_WORKSPACE", "blue")
    monkeypatch.setenv("TF_DATA_DIR", "/shared")
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-refresh=false")
    script = folder.parent / "terraform"
    script.write_text('#!/bin/sh\necho "$TF_WORKSPACE $TF_DATA_DIR $TF_CLI_ARGS_plan"\n')
    assert tool(folder).resources(folder) == ["default  -refresh=false"]
    assert tool(folder, TF_DATA_DIR="ours").resources(folder) == ["default ours -refresh=false"]


def test_the_same_configuration_elsewhere_is_no_reason_to_initialise_again(folder: Path) -> None:
    for name in ("here", "there"):
        file = folder.parent / name
        file.write_text("# the same mirror\n")
        initialise(tool(folder, TF_CLI_CONFIG_FILE=str(file)), folder)
    assert calls(folder) == 1


def no_lock(folder: Path) -> None:
    (folder / ".terraform.lock.hcl").unlink()


def other_lock(folder: Path) -> None:
    (folder / ".terraform.lock.hcl").write_text("another provider")


def no_data(folder: Path) -> None:
    shutil.rmtree(folder / ".terraform")


def other_version(folder: Path) -> None:
    write(folder, terraform={"required_providers": {"aws": {"version": "5.99.0"}}})


def module(folder: Path) -> None:
    write(folder, module={"more": {"source": "./more"}})


def other_terraform(folder: Path) -> None:
    with (folder.parent / "terraform").open("a") as script:
        script.write("# newer\n")


def other_backend(folder: Path) -> None:
    """As an `init` by hand leaves it."""
    (folder / ".terraform" / "terraform.tfstate").write_text('{"backend": "another bucket"}')


def other_place(folder: Path) -> None:
    (folder.parent / "terraformrc").write_text("# another mirror\n")


@pytest.mark.parametrize(
    "change",
    [
        *(no_lock, other_lock, no_data, other_version, module),
        *(other_terraform, other_backend, other_place),
    ],
)
def test_it_is_initialised_again_after_a_change_of_what_init_reads(
    change: Callable[[Path], None], folder: Path
) -> None:
    used = tool(folder, TF_CLI_CONFIG_FILE=str(folder.parent / "terraformrc"))
    initialise(used, folder)
    change(folder)
    initialise(used, folder)
    assert calls(folder) == 2


def test_an_init_that_fails_is_not_taken_for_one_that_was_done(folder: Path) -> None:
    initialise(tool(folder), folder)
    other_lock(folder)
    (folder.parent / "fails").touch()
    for _ in range(2):
        with pytest.raises(StrataError):
            initialise(tool(folder), folder)
    assert calls(folder) == 3


def test_no_setting_of_the_environment_is_kept_in_the_folder(folder: Path) -> None:
    initialise(tool(folder, TF_CLI_ARGS_init="-upgrade", TF_VAR_word="hidden"), folder)
    kept = [one.read_text() for one in (folder / ".terraform").iterdir()]
    assert len(kept) == 1
    assert "hidden" not in kept[0]
    assert "-upgrade" not in kept[0]


@pytest.mark.terraform
def test_a_provider_that_went_away_stops_one_plan_and_is_there_for_the_next(
    folder: Path, tmp_path: Path
) -> None:
    """With the real Terraform, whose own check of the provider it rests on."""
    real = Terraform(terraform(), terraform_environment(), tmp_path / "logs")

    def planned() -> object:
        return plan_composed(real, folder, {})["planned_values"]["outputs"]["answer"]["value"]

    assert planned() == "42"
    shutil.rmtree(folder / ".terraform" / "providers")
    with pytest.raises(StrataError, match=r"plugin|provider"):
        planned()
    assert planned() == "42"
    # The first time, and after the plan that failed.
    assert (tmp_path / "logs" / "local.log").read_text().count("-reconfigure") == 2
