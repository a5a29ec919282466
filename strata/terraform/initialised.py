"""`terraform init` of a folder, skipped while it would do the same again.

It takes 1.5 s of processor time, most of it for the checksum of the provider's 700 MB. Terraform
1.11 checks at each plan that the provider in the data folder has the checksum that the lock file
names, and that the backend is the one that `init` noted there: if `init` is skipped wrongly, the
plan fails.
"""

import hashlib
import json
import os
from pathlib import Path

from strata.terraform.events import Watch, ignore
from strata.terraform.process import Terraform
from strata.terraform.schemas import REATTACH

DATA, LOCK = ".terraform", ".terraform.lock.hcl"
BACKEND = "terraform.tfstate"
"""In the data folder, what `init` noted of the backend."""
CONFIGURATION = "TF_CLI_CONFIG_FILE"
STAMP = "strata-initialised"
"""In the data folder, so that it is deleted together with it."""


def initialise(terraform: Terraform, folder: Path, watch: Watch = ignore) -> None:
    """Initialise `folder` for a plan; the caller prevents that others do so at the same time."""
    stamp = folder / DATA / STAMP
    if stamp.is_file() and stamp.read_text(errors="replace") == _digest(terraform, folder):
        return
    # An interrupted run leaves no stamp.
    forget(folder)
    terraform.init(folder, watch)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(_digest(terraform, folder))


def forget(folder: Path) -> None:
    """Have the next run initialise the folder again."""
    (folder / DATA / STAMP).unlink(missing_ok=True)


def provider_gone(folder: Path) -> bool:
    """Whether the provider is no longer where `init` put it, or linked to it.

    One that something else has started (`TF_REATTACH_PROVIDERS`) is never put there.
    """
    if REATTACH in os.environ:
        return False
    return not any((folder / DATA / "providers").glob("*/*/*/*/*/terraform-provider-*"))


def _digest(terraform: Terraform, folder: Path) -> str:
    """SHA-256 over the input of `init` and the lock file that it wrote."""
    document = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    lock, backend = folder / LOCK, folder / DATA / BACKEND
    variables = {**os.environ, **terraform.environment}
    configuration = Path(variables.get(CONFIGURATION, ""))
    executable = terraform.executable.stat()
    inputs = [
        [str(terraform.executable), executable.st_size, executable.st_mtime_ns],
        # Of the configuration what it says counts, wherever it lies.
        {
            name: value
            for name, value in sorted(variables.items())
            if name.startswith("TF_CLI") and name != CONFIGURATION
        },
        configuration.read_text(errors="replace") if configuration.is_file() else "",
        {key: document.get(key) for key in ("terraform", "module")},
        lock.read_text(errors="replace") if lock.is_file() else "",
        backend.read_text(errors="replace") if backend.is_file() else "",
        REATTACH in variables,
        str(folder.resolve()),
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
