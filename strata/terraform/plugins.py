"""Where Terraform takes the AWS provider from: a mirror on this machine, or the registry."""

import os
import platform
import re
import shlex
from pathlib import Path

from strata.machine.folders import WORK

PROVIDER = "registry.terraform.io/hashicorp/aws"
VERSION = "5.100.0"
"""The version that the bindings in requirements.lock were made for."""

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


def find_mirror(environment: dict[str, str], home: Path) -> Path | None:
    """A mirror on this machine: the configured ones first, then the customary places."""
    candidates: list[Path] = []
    for file in (environment.get("TF_CLI_CONFIG_FILE"), str(home / ".terraformrc")):
        if file and Path(file).is_file():
            candidates += configured_mirrors(Path(file).read_text(errors="replace"))
    data = environment.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")
    candidates += [home / ".terraform.d" / "plugins", *(Path(d, "terraform/plugins") for d in data)]
    for place in ("/opt", "/srv", "/usr/local/share", "/usr/local/lib", "/usr/share", "/var/lib"):
        candidates += sorted(Path(place).glob("*/"))
    return next((c for c in candidates if holds_provider(c)), None)


def terraform_environment() -> dict[str, str]:
    """Environment variables for Terraform and cdktf, with a CLI configuration file of our own.

    A user's file that says itself where providers come from is left alone.
    """
    ours = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    mirror = find_mirror(dict(os.environ), Path.home())
    if mirror:
        # cdktf has Terraform lock providers, which asks the registry whatever mirror there is.
        ours["TF_CLI_ARGS_providers_lock"] = shlex.quote(f"-fs-mirror={mirror}")
    theirs = Path(os.environ.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    if theirs.is_file() and "provider_installation" in theirs.read_text(errors="replace"):
        return ours
    lines = []
    if mirror:
        lines = [
            "provider_installation {",
            f'  filesystem_mirror {{\n    path = "{mirror}"\n    include = ["{PROVIDER}"]\n  }}',
            f'  direct {{\n    exclude = ["{PROVIDER}"]\n  }}',
            "}",
        ]
    WORK.mkdir(parents=True, exist_ok=True)
    file = WORK / "terraformrc"
    file.write_text("\n".join([*lines, "disable_checkpoint = true", ""]))
    return {**ours, "TF_CLI_CONFIG_FILE": str(file)}
