"""Where Terraform takes the AWS provider from: a mirror on this machine, or the registry."""

import os
import platform
import re
import shlex
from pathlib import Path

from strata.machine.files import write_whole
from strata.machine.folders import Folders, project, work_folder

PROVIDER = "registry.terraform.io/hashicorp/aws"
VERSION = "5.100.0"
"""The version for which the bindings in requirements.lock were generated."""


def set_up_file() -> Path:
    """Terraform configuration that `make setup` writes where this machine has a mirror of our
    provider that no configuration names, so that the tests and the demo need no registry."""
    # In the project's folder, even if this process works in other folders.
    return Folders.of(project()).work / "mirror.terraformrc"


MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def platform_name() -> str:
    """This machine as Terraform names it, such as `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{MACHINES.get(machine, machine)}"


def holds_provider(mirror: Path) -> bool:
    """Whether a mirror has our version for this machine, unpacked or as an archive."""
    folder = mirror / PROVIDER
    archive = f"terraform-provider-aws_{VERSION}_{platform_name()}.zip"
    return (folder / VERSION / platform_name()).is_dir() or (folder / archive).is_file()


def configured_mirrors(text: str) -> list[Path]:
    """The paths of `filesystem_mirror` blocks in a Terraform CLI configuration file."""
    return [
        Path(path).expanduser()
        for path in re.findall(r'filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"', text)
    ]


def find_mirror(environment: dict[str, str], home: Path, ours: Path | None = None) -> Path | None:
    """A mirror with our provider, where Terraform's configuration names one or implies it.

    In this order: the mirrors named by `TF_CLI_CONFIG_FILE` or the user's `.terraformrc`, the
    folders in which Terraform looks by default, and the mirrors named by the file that `make setup`
    wrote for this folder, or by `ours`.
    """
    candidates = _named(environment.get("TF_CLI_CONFIG_FILE"), str(home / ".terraformrc"))
    data = environment.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
    candidates += [home / ".terraform.d" / "plugins", *(Path(d, "terraform/plugins") for d in data)]
    candidates += _named(str(ours or set_up_file()))
    return next((folder for folder in candidates if holds_provider(folder)), None)


def _named(*files: str | None) -> list[Path]:
    return [
        mirror
        for file in files
        if file and Path(file).is_file()
        for mirror in configured_mirrors(Path(file).read_text(errors="replace"))
    ]


def configuration(mirror: Path | None) -> str:
    """A Terraform CLI configuration that takes our provider from `mirror` alone, if any."""
    lines = []
    if mirror:
        lines = [
            "provider_installation {",
            f'  filesystem_mirror {{\n    path = "{mirror}"\n    include = ["{PROVIDER}"]\n  }}',
            f'  direct {{\n    exclude = ["{PROVIDER}"]\n  }}',
            "}",
        ]
    return "\n".join([*lines, "disable_checkpoint = true", ""])


def terraform_environment() -> dict[str, str]:
    """Environment variables for Terraform and cdktf, with a CLI configuration file of our own.

    A user's file with a `provider_installation` of its own stays in force.
    """
    ours = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    mirror = find_mirror(dict(os.environ), Path.home())
    if mirror:
        # cdktf has Terraform lock providers, which asks the registry whatever mirror there is.
        ours["TF_CLI_ARGS_providers_lock"] = shlex.quote(f"-fs-mirror={mirror}")
    theirs = Path(os.environ.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    if theirs.is_file() and "provider_installation" in theirs.read_text(errors="replace"):
        return ours
    folder = work_folder()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "terraformrc"
    # The Terraform of another strata may read it at this moment.
    write_whole(file, configuration(mirror))
    return {**ours, "TF_CLI_CONFIG_FILE": str(file)}
