"""`terraform init` of a folder without a backend, skipped while it would do the same again.

Terraform 1.11 checks at each plan that the provider in the data folder has the checksum that the
lock file names, so no other provider can plan: if `init` is skipped wrongly, the plan fails.
"""

import hashlib
import json
import os
from pathlib import Path

from strata.terraform.process import Terraform

DATA, LOCK = ".terraform", ".terraform.lock.hcl"
STAMP = "strata-initialised"
"""In the data folder, so that it is deleted together with it."""


def initialise(terraform: Terraform, folder: Path) -> None:
    """Initialise `folder` for a plan; the caller prevents that others do so at the same time."""
    stamp = folder / DATA / STAMP
    if stamp.is_file() and stamp.read_text(errors="replace") == _digest(terraform, folder):
        return
    # An interrupted run leaves no stamp.
    forget(folder)
    terraform.init(folder)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(_digest(terraform, folder))


def forget(folder: Path) -> None:
    """Have the next run initialise the folder again."""
    (folder / DATA / STAMP).unlink(missing_ok=True)


def _digest(terraform: Terraform, folder: Path) -> str:
    """SHA-256 over the input of `init` and the lock file that it wrote."""
    document = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    lock = folder / LOCK
    variables = {**os.environ, **terraform.environment}
    configuration = Path(variables.get("TF_CLI_CONFIG_FILE", ""))
    executable = terraform.executable.stat()
    inputs = [
        [str(terraform.executable), executable.st_size, executable.st_mtime_ns],
        {name: value for name, value in sorted(variables.items()) if name.startswith("TF_CLI")},
        configuration.read_text(errors="replace") if configuration.is_file() else "",
        {key: document.get(key) for key in ("terraform", "module")},
        lock.read_text(errors="replace") if lock.is_file() else "",
        str(folder.resolve()),
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()
