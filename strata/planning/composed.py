"""Plans all layers as one: the composed stack against the merged states."""

import contextlib
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from strata.documents import Json
from strata.documents.layers import STACK
from strata.documents.providers import with_all_of
from strata.errors import StrataError
from strata.machine.beside import wait_for
from strata.machine.private import PrivateFolder
from strata.plan_file.secrets import without_secrets
from strata.state.states import States, merge
from strata.synthesis.lock_file import NAME as LOCK
from strata.synthesis.moved_blocks import NAME as MOVED
from strata.terraform.initialised import forget, initialise
from strata.terraform.process import Terraform

PLAN = Path("composed.tfplan")
T = TypeVar("T")


def plan_composed(terraform: Terraform, folder: Path, states: States) -> Json:
    """Terraform's plan JSON, without secrets, of the composed stack in `folder`.

    It only reads AWS. The state and the saved plan, which may contain secrets, are files in a
    private folder that is deleted afterwards.
    """
    return plan_beside(terraform, folder, states, lambda: None)[0]


def plan_beside(
    terraform: Terraform, folder: Path, states: States, meanwhile: Callable[[], T]
) -> tuple[Json, T]:
    """The result of `plan_composed`, and that of `meanwhile`, which is called while it plans.

    An error in `meanwhile`, or a signal, stops Terraform.
    """
    with FileLock(folder / "init.lock"):
        initialise(terraform, folder)
    with contextlib.ExitStack() as resources:
        private = resources.enter_context(PrivateFolder())
        # Named like the stack, since the log is named after the folder.
        work = Path(private, folder.name)
        work.mkdir()
        composed = json.loads((folder / STACK).read_text(encoding="utf-8"))
        for name in (MOVED, LOCK):
            if (folder / name).exists():
                shutil.copy(folder / name, work)
        merged = merge(states)
        if merged:
            (work / "terraform.tfstate").write_text(json.dumps(merged), encoding="utf-8")
            composed = with_all_of(composed, merged["resources"])
        (work / STACK).write_text(json.dumps(composed, indent=2), encoding="utf-8")
        data = {**terraform.environment, "TF_DATA_DIR": str((folder / ".terraform").resolve())}
        own_terraform = replace(terraform, environment=data)
        with ThreadPoolExecutor(1) as pool:
            try:
                # Nobody else can see this state: there is nothing to lock.
                planning = pool.submit(own_terraform.plan, work, PLAN, "-lock=false")
                ready = resources.enter_context(own_terraform.standby())
                result = meanwhile()
                wait_for(planning)
            except BaseException:
                own_terraform.children.interrupt()
                raise
        try:
            planning.result()
        except StrataError:
            # The cause may be a provider that is no longer where `init` found it.
            forget(folder)
            raise
        return without_secrets(own_terraform.show_own(work, PLAN, ready)), result
