"""The work of one layer: Terraform in the layer's folder, and what must follow it."""

import threading
from dataclasses import dataclass
from pathlib import Path

from strata.errors import StrataError
from strata.layers import stack_name
from strata.plan.applied import note_applied
from strata.redis_auth import set_redis_auth
from strata.settings.models import Settings
from strata.terraform.process import Terraform


@dataclass(frozen=True)
class LayerWork:
    """What can be done with the layers whose JSON lies in `stacks/<env>-<layer>`."""

    settings: Settings
    stacks: Path
    terraform: Terraform
    # Without a mirror, Terraform's plugin download is not safe beside another one.
    init_lock: threading.Lock

    def folder(self, layer: str) -> Path:
        """The folder of a layer's stack."""
        return self.stacks / stack_name(self.settings.environment.name, layer)

    def apply(self, layer: str) -> str:
        """Apply a layer; the cache is done when Redis asks for its token."""
        folder = self._ready(layer)
        self.terraform.apply(folder)
        if layer == "cache":
            self.redis_auth(folder)
        note_applied(self.settings, layer)
        return "applied"

    def redis_auth(self, folder: Path) -> bool:
        """Turn AUTH on as the settings want it; False when there was nothing to do."""
        outputs = self.terraform.outputs(folder)
        if "auth_token_secret_arn" not in outputs:
            return False
        return set_redis_auth(
            self.settings.environment.region,
            outputs["replication_group_id"],
            outputs["auth_token_secret_arn"],
        )

    def changes(self, layer: str) -> str:
        """Plan a layer: `no change`, or `changes`."""
        return "changes" if self.terraform.changes(self._ready(layer)) else "no change"

    def destroy(self, layer: str) -> str:
        """Destroy a layer; one with nothing in its state needs no plan."""
        folder = self._ready(layer)
        if not self.terraform.resources(folder):
            return "nothing there"
        self.terraform.destroy(folder)
        return "destroyed"

    def _ready(self, layer: str) -> Path:
        folder = self.folder(layer)
        if not (folder / "cdk.tf.json").is_file():
            raise StrataError(f"{folder} holds no JSON", "strata synth writes it")
        with self.init_lock:
            self.terraform.init(folder)
        return folder
