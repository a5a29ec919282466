"""The work of one layer: Terraform in the layer's folder, and what must follow it."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from strata.apply import deployment, emptying
from strata.apply.redis_auth import set_redis_auth
from strata.documents.layers import STACK, needs, stack_name, standing
from strata.errors import NotBegun, StrataError
from strata.release import app_user, images
from strata.settings.models import Settings
from strata.state.applied import note_applied
from strata.terraform.events import Event, Watch, beside, ignore, makes
from strata.terraform.initialised import forget, initialise, provider_gone
from strata.terraform.process import Terraform


def unheard(line: str) -> None:
    """Say a line to nobody."""


@dataclass(frozen=True)
class LayerWork:
    """What can be done with the layers whose JSON lies in `stacks/<env>-<layer>`."""

    settings: Settings
    stacks: Path
    terraform: Terraform
    # Without a mirror, Terraform's plugin download is not safe beside another one.
    init_lock: threading.Lock
    initialized: set[str] = field(default_factory=set, repr=False, compare=False)
    retired: set[str] = field(default_factory=set, repr=False, compare=False)
    processors: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(os.cpu_count() or 1), repr=False, compare=False
    )
    say: Callable[[str], None] = field(default=unheard, repr=False, compare=False)
    """Takes a line about what is done beside Terraform."""

    @property
    def layers(self) -> list[str]:
        """The layers of the environment, with those that were retired."""
        return standing(self.stacks, self.settings.environment.name)

    @property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """Layer -> the layers that an apply does before it."""
        return needs(self.layers, self.retired)

    def folder(self, layer: str) -> Path:
        """The folder of a layer's stack."""
        return self.stacks / stack_name(self.settings.environment.name, layer)

    def ready(self, layer: str, watch: Watch = ignore) -> Path:
        """The layer's folder, after `terraform init`, which is skipped where it was done before."""
        folder = self.folder(layer)
        if not (folder / STACK).is_file():
            raise StrataError(f"{folder} holds no JSON", "strata synth writes it")
        with self.init_lock:
            if layer not in self.initialized:
                if provider_gone(folder):
                    forget(folder)
                initialise(self.terraform, folder, watch)
                self.initialized.add(layer)
        return folder

    @contextlib.contextmanager
    def turn(self, watch: Watch) -> Iterator[Watch]:
        """Wait for a processor to plan a layer on, and give it back once its apply makes something.

        From then on AWS does the work. Until then Terraform starts itself and the provider three
        times; more layers than processors doing so at once would delay all of them, the longest
        too. Yields a watch that receives the events and passes them on to `watch`.
        """
        self.processors.acquire()
        with contextlib.ExitStack() as acquired:
            acquired.callback(self.processors.release)

            def release_and_watch(event: Event) -> None:
                if makes(event):
                    acquired.close()
                watch(event)

            yield release_and_watch

    def apply(self, layer: str, watch: Watch = ignore) -> str:
        """Plan a layer and apply what was planned."""
        with self.turn(watch) as layer_watch, self.plan_kept(layer):
            return self.apply_planned(layer, layer_watch, changed=self.plan(layer, layer_watch))

    def plan(self, layer: str, watch: Watch = ignore, *options: str) -> bool:
        """Plan a layer for `apply_planned`; whether anything changes."""
        folder = self.ready(layer, watch)
        try:
            return self.terraform.plan(folder, self.saved_plan(layer), *options, watch=watch)
        except StrataError:
            # The cause may be that `init` was skipped.
            forget(folder)
            raise

    def saved_plan(self, layer: str) -> Path:
        """Where a layer's plan is kept; it may contain secrets."""
        return self.folder(layer).resolve() / "strata.tfplan"

    def drop_plans(self, *layers: str) -> None:
        """Delete the plans of layers, if they have any."""
        for layer in layers:
            self.saved_plan(layer).unlink(missing_ok=True)

    @contextlib.contextmanager
    def plan_kept(self, layer: str) -> Iterator[None]:
        """Delete a layer's plan at the end of the block, however it ends."""
        try:
            yield
        finally:
            self.drop_plans(layer)

    def apply_planned(self, layer: str, watch: Watch = ignore, *, changed: bool) -> str:
        """Apply the layer's saved plan.

        The service begins once the database has the application's user, and has failed when ECS
        gives up its deployment. The cache is done when Redis requires its token.
        """
        folder = self.folder(layer)
        if layer == "service":
            self._make_app_user(watch)
        begun = self.begun(layer)
        if changed:
            with self._explained(layer):
                self._apply_saved(layer, watch)
        if layer == "cache":
            changed = self.redis_auth(folder, watch) or changed
        elif layer == "service":
            tell = telling(watch, "rolling out")
            deployment.require(self.settings, changed=changed, tell=tell)
            images.keep_running(self.settings)
        note_applied(self.settings, layer)
        begun.unlink(missing_ok=True)
        return "applied" if changed else "no change"

    def _make_app_user(self, watch: Watch) -> None:
        try:
            app_user.make(self.settings, tell=telling(watch, "making user"))
        except StrataError as error:
            # No resource of the layer has changed.
            raise NotBegun(error.message, error.hint) from error

    @contextlib.contextmanager
    def _explained(self, layer: str) -> Iterator[None]:
        """Add what ECS says to an error of Terraform's in the service layer."""
        try:
            yield
        except NotBegun:
            raise
        except StrataError as error:
            if layer != "service":
                raise
            raise deployment.explained(self.settings, error) from error

    def _apply_saved(self, layer: str, watch: Watch) -> None:
        """Apply the saved plan; the layer counts as begun unless Terraform refused to begin."""
        begun = self.begun(layer)
        earlier = begun.exists()
        begun.parent.mkdir(parents=True, exist_ok=True)
        begun.touch()
        try:
            self.terraform.apply(self.folder(layer), self.saved_plan(layer), watch)
        except NotBegun:
            if not earlier:
                begun.unlink()
            raise

    def begun(self, layer: str) -> Path:
        """A file that exists from before a layer is changed until it is done."""
        return self.terraform.logs / f"{self.folder(layer).name}.begun"

    def redis_auth(self, folder: Path, watch: Watch = ignore) -> bool:
        """Turn AUTH on if the settings ask for it; False when there was nothing to do."""
        outputs = self.terraform.outputs(folder)
        if "auth_token_secret_arn" not in outputs:
            return False
        return set_redis_auth(
            self.settings.environment,
            outputs["replication_group_id"],
            outputs["auth_token_secret_arn"],
            telling(watch, "setting AUTH"),
        )

    def changes(self, layer: str, watch: Watch = ignore) -> str:
        """Plan a layer: `no change`, or `changes`."""
        with self.plan_kept(layer):
            return "changes" if self.plan(layer, watch) else "no change"

    def destroy(self, layer: str, watch: Watch = ignore) -> str:
        """Destroy a layer; one with nothing in its state needs no plan."""
        folder = self.ready(layer, watch)
        begun = self.begun(layer)
        there = bool(self.terraform.resources(folder))
        if there:
            # Tasks on a dead instance keep the service draining, and the instance the cluster.
            if layer in ("service", "cluster"):
                for instance in emptying.forget_dead_instances(self.settings):
                    self.say(
                        f"{layer}: the agent of {instance} has lost its connection, and ECS would "
                        f"keep the {layer} for it: deregistered by force"
                    )
            with self.plan_kept(layer):
                self.plan(layer, watch, "-destroy")
                self._apply_saved(layer, watch)
        if layer == "service" and (there or begun.exists()):
            emptying.forget_revisions(self.settings)
        begun.unlink(missing_ok=True)
        return "destroyed" if there else "nothing there"


def telling(watch: Watch, phase: str) -> Callable[[str], None]:
    """What tells a layer's watch what is done beside Terraform."""
    return lambda what: watch(beside(phase, what))
