"""Shared code of the commands that work on layers, with Terraform, the emulator or AWS."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout
from rich.console import Console

from strata.apply import waves
from strata.commands.base import out, read_out, synthesize_to
from strata.commands.offered import OFFERS, Account, require_plannable
from strata.documents.layers import ALL_LAYERS, LONGEST, OPTIONAL
from strata.errors import Deviation, StrataError
from strata.local import emulator as emulation
from strata.machine.files import write_whole
from strata.machine.folders import synthesized_folder, work_folder
from strata.machine.signals import Interrupts, handled
from strata.machine.verbosity import CHOSEN, Verbosity
from strata.settings import Settings
from strata.settings.load import resolve, shown
from strata.settings.models import Environment
from strata.synthesis.synthesize import synthesize_composed
from strata.terraform.binary import terraform
from strata.terraform.events import Watch
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from strata.views.progress import Progress
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.apply.layer import LayerWork
    from strata.documents import Json
    from strata.drift.report import Report as Drift
    from strata.gate.report import Report
    from strata.plan_file.changes import Change, Plan
    from strata.review.produce import Made
    from strata.review.report import Report as ReviewReport
    from strata.state.states import States

T = TypeVar("T")

LOOKING = "looking for Terraform, and for the provider"
"""A step of the work, as it is shown."""


def running_emulator() -> emulation.EmulatorStatus:
    """The emulator that runs; raises StrataError when none does."""
    running = emulation.status()
    if not running:
        raise StrataError("the emulator is not running", "strata emulator start")
    return running


def start_emulator() -> emulation.EmulatorStatus:
    """Start the emulator unless it runs already; the first start installs its packages."""
    if not emulation.installed():
        with step("installing the emulator's packages, for its first start"):
            emulation.python()
    with step("starting the emulator"):
        return emulation.start()


def aim(environment: Environment) -> None:
    """Point this process and its children to the emulator if the settings ask for it."""
    if environment.emulated and "AWS_ENDPOINT_URL" not in os.environ:
        emulation.aim(running_emulator().url)


def find_terraform() -> Terraform:
    """Terraform, and where it finds the provider; raises StrataError."""
    return Terraform(terraform(), terraform_environment(), work_folder() / "logs")


def layers_of(settings: Settings, folder: Path | None = None) -> "LayerWork":
    """The layers of an environment in `folder`, by default in the folder of an apply."""
    from strata.apply.layer import LayerWork  # noqa: PLC0415 - boto3 takes its time

    with step(LOOKING):
        tool = find_terraform()
    stacks = (folder or synthesized_folder()) / "stacks"
    return LayerWork(settings, stacks, tool, threading.Lock(), say=out.print)


def layer_work(settings: Settings, folder: Path | None = None) -> "LayerWork":
    """The environment synthesized to `folder`, with Terraform ready to work on its layers.

    Without a folder it goes where nothing is applied, since another strata may be at work in the
    usual place.
    """
    aim(settings.environment)
    folder = folder or read_out()
    synthesize_to(folder, [settings])
    return layers_of(settings, folder)


@contextlib.contextmanager
def at_work(settings: Settings) -> "Iterator[LayerWork]":
    """The layers of an environment, ready to be changed and locked against other runs from here.

    Raises StrataError before anything is changed, and names what an earlier run left behind.
    """
    from strata.apply import leftovers  # noqa: PLC0415 - boto3 takes its time
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

    aim(settings.environment)
    preflight.check(settings.environment)
    with alone(settings.environment.name):
        work = layer_work(settings, synthesized_folder())
        leftovers.refuse(leftovers.find(work), settings.environment)
        # No other run is at work here, and a strata that was killed may have left plans.
        work.drop_plans(*ALL_LAYERS)
        for layer in leftovers.unfinished(work):
            out.print(f"{layer}: an earlier run began to change it and did not finish; going on")
        for layer in retire_layers(work):
            out.print(
                f"{layer}: the environment has this layer no more, but what it made still stands"
            )
        move_states(work, begun=True)
        yield work


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """Keep other runs of `strata` from this folder off an environment, until the block ends."""
    folder = work_folder() / "at-work"
    folder.mkdir(parents=True, exist_ok=True)
    owner_file = folder / f"{name}.txt"
    # The system releases it when this process ends, for whatever reason.
    lock = FileLock(folder / f"{name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        # The other run writes who it is after it has the lock.
        words = (
            owner_file.read_text(errors="replace").strip()
            if owner_file.exists()
            else "it has only begun"
        )
        raise StrataError(
            f"another strata of this folder works on {name}: {words}",
            "wait until it has ended, then run this again",
        ) from None
    try:
        write_whole(owner_file, f"process {os.getpid()}, strata {' '.join(sys.argv[1:])}\n")
        yield
    finally:
        lock.release()


def move_states(work: "LayerWork", *, begun: bool = False) -> bool:
    """Move resources to other layers as `modules/moves.toml` says, print them, and return whether
    there were any.

    With `begun` only those that a run that was cut off left half moved.
    """
    from strata.apply.moving import move  # noqa: PLC0415 - boto3 takes its time

    moved = move(work, begun=begun)
    for moved_resource in moved:
        out.print(f"moved      {moved_resource}")
    return bool(moved)


def look_for_drift(settings: Settings) -> "Drift":
    """What differs between AWS and what was applied, in all layers."""
    from strata.drift.detect import find_drift  # noqa: PLC0415
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

    aim(settings.environment)
    preflight.check(settings.environment)
    work = layer_work(settings)
    with step(f"comparing AWS with what was applied to {settings.environment.name}"):
        return find_drift(settings.environment, work.terraform, work.stacks.parent)


@dataclass(frozen=True)
class Begun:
    """What began beside the synthesis of a plan; each function waits for its result."""

    meanwhile: Callable[[], None]
    """Done while Terraform plans: it writes the stacks of the layers, since only the composed one
    is there."""
    asked: Callable[[], None]
    """For what AWS is asked before a plan."""
    states: "Callable[[], States]"


Ask = Callable[[Sequence["Change"]], T]
"""A question to AWS about the changes of a plan."""


def plan_anew(
    env: str,
    settings: Settings,
    folder: Path | None,
    account: Account,
    ask: Ask[T],
) -> "tuple[Made, T]":
    """The review of the current settings, and the answer to `ask`.

    AWS is asked while Node synthesizes, and Terraform plans while the layers are written. `account`
    is asked what must be known before the plan, and `ask` is called while the gate judges it.
    """
    from strata.machine.beside import beside  # noqa: PLC0415

    environment = settings.environment

    def ask_before() -> None:
        from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

        # Before the first apply there may be no state bucket.
        preflight.check_account(environment)
        require_plannable(env, settings, account)

    def prepare() -> Terraform:
        # What begins the plan, imported during the synthesis: that mostly waits for Node.
        import strata.gate.judging_process  # noqa: PLC0415
        import strata.review.produce  # noqa: PLC0415, F401

        return find_terraform()

    def read_states() -> "States":
        from strata.state.states import read_all  # noqa: PLC0415 - boto3 takes its time

        return read_all(environment)

    out_folder = read_out()
    with beside() as machine, beside() as questions:
        found = machine.begin(prepare)
        asked = questions.begin(ask_before)
        states = questions.begin(read_states)
        with step(f"synthesizing {environment.name}"):
            layers = synthesize_composed(settings, out_folder)
        with step(LOOKING):
            tool = found()

        def meanwhile() -> None:
            # For the questions that follow from the plan.
            questions.begin(account.read_descriptions)
            layers()

        answers: list[Callable[[], T]] = []
        made = planned(
            env,
            Ready(settings, out_folder, tool),
            folder,
            begun=Begun(meanwhile, asked, states),
            parsed=lambda plan: answers.append(questions.begin(lambda: ask(plan.changes))),
        )
        [answer] = answers
        with step(OFFERS):
            return made, answer()


@dataclass(frozen=True)
class Ready:
    """An environment that was synthesized to a folder, and Terraform for it."""

    settings: Settings
    synthesized: Path
    terraform: Terraform

    @classmethod
    def of(cls, work: "LayerWork") -> "Ready":
        """That of layers which can be worked on."""
        return cls(work.settings, work.stacks.parent, work.terraform)


def planned(
    env: str,
    ready: Ready,
    folder: Path | None = None,
    *,
    begun: Begun | None = None,
    account: Account | None = None,
    parsed: "Callable[[Plan], None]" = lambda _: None,
) -> "Made":
    """The review of an environment, written to `folder` or to Strata's own folder.

    What has not `begun` is done here, and `account` is asked. `parsed` is called with the plan,
    before the gate judges it.
    """
    from strata.gate.judging_process import judging_process  # noqa: PLC0415
    from strata.review.produce import make_review  # noqa: PLC0415

    settings, synthesized = ready.settings, ready.synthesized
    name = settings.environment.name
    if begun:
        begun.asked()
    else:
        require_plannable(env, settings, account or Account(settings.environment))
    with contextlib.ExitStack() as resources, step(f"planning {name}, all layers as one"):

        def judge() -> "Callable[[Json], Report]":
            # Its import of checkov takes no time from the synthesis, and little from the plan.
            gate = resources.enter_context(judging_process())
            if begun:
                begun.meanwhile()
            from strata.gate.report import settings_files  # noqa: PLC0415

            verdict = gate(synthesized, settings_files([env], [name]), [name])
            # While Terraform plans: what writes the review, and what plan and apply print of it.
            from strata.views import html, markdown  # noqa: PLC0415, F401
            from strata.views.text import review  # noqa: PLC0415, F401

            html.template()
            return lambda plan: verdict({name: plan})

        return make_review(
            settings,
            file=shown(resolve(env).resolve()),
            synthesized=synthesized,
            terraform=ready.terraform,
            judge=judge,
            folder=folder or work_folder() / "reviews" / name,
            views={"report.html": _html, "report.md": _markdown},
            states=begun.states() if begun else None,
            parsed=parsed,
        )


def _html(report: "ReviewReport") -> str:
    from strata.views import html  # noqa: PLC0415 - a plan begins without it

    return html.review(report)


def _markdown(report: "ReviewReport") -> str:
    from strata.views import markdown  # noqa: PLC0415 - a plan begins without it

    return markdown.review(report)


def make_state_bucket(environment: Environment) -> None:
    """Create or repair the state bucket, and print which."""
    from strata.state.bucket import bootstrap  # noqa: PLC0415 - boto3 takes its time

    with step(f"making sure of the state bucket {environment.state_bucket}"):
        created = bootstrap(environment)
    out.print(f"state      {environment.state_bucket} {'made' if created else 'is right'}")


def retire_layers(work: "LayerWork") -> list[str]:
    """The layers that the environment has no more, and whose resources an apply destroys."""
    from strata.state.states import read_state  # noqa: PLC0415 - boto3 takes its time
    from strata.synthesis.retired import retire  # noqa: PLC0415

    environment = work.settings.environment
    gone = [layer for layer in OPTIONAL if layer not in work.layers]
    states = {layer: read_state(environment, layer) for layer in gone}
    retired = retire(work.stacks, environment.name, states)
    work.retired.update(retired)
    return retired


LayerStep = Callable[[str, Watch], str]
"""Does the work of a layer, passes its events on, and returns its result in a few words."""


def run_layers(
    needs: Mapping[str, tuple[str, ...]], step: LayerStep, work: "LayerWork"
) -> waves.Outcome:
    """Do `step` for each layer, in waves, and show the progress."""
    from strata.apply.delegation import Delegation  # noqa: PLC0415 - boto3 takes its time

    # With -q nothing is shown here; the caller prints the outcome.
    console = Console(quiet=True) if CHOSEN.verbosity is Verbosity.QUIET else out
    with (
        Progress(console, needs) as progress,
        # Also with -q: without the name servers the apply would wait in vain.
        Delegation(work.settings, out.print) as delegation,
    ):
        stop = work.terraform.children.interrupt
        interrupts = Interrupts(stop, out.print, leave=lambda: _leave(work))
        with handled(interrupts):
            outcome = waves.run(
                needs,
                lambda layer: step(layer, delegation.watch(progress.watch(layer))),
                progress,
                first=LONGEST,
                stopped=lambda: bool(interrupts.count),
            )
    return outcome


def _leave(work: "LayerWork") -> None:
    # At once: without waiting for a thread that waits for AWS. Terraform has read its plan.
    with contextlib.suppress(OSError):
        work.drop_plans(*ALL_LAYERS)
    os._exit(1)


def lost(outcome: waves.Outcome) -> bool:
    """Whether an apply may have made what is in no state.

    Interrupted, the provider drops the requests that it waits for, whatever AWS makes of them
    (5.100.0).
    """
    return outcome.stopped and bool(outcome.failed)


def finish(outcome: waves.Outcome, command: str, drift: str | None = None) -> None:
    """Raise StrataError, with the command that goes on, unless every layer is done.

    `drift` is the command that shows what an interrupted apply has lost.
    """
    if outcome.ok:
        return
    lines = [f"{layer}: {error.message}" for layer, error in outcome.failed.items()]
    done = [f"{layer} ({result})" for layer, result in outcome.done.items()]
    lines.append(f"done: {', '.join(done) or 'nothing'}")
    if outcome.failed:
        lines.append(f"not done: {', '.join(outcome.failed)}")
    if outcome.not_started:
        lines.append(f"not started: {', '.join(outcome.not_started)}")
    hints = dict.fromkeys(error.hint for error in outcome.failed.values() if error.hint)
    if drift and lost(outcome):
        hints[
            "AWS may have what Terraform was making when it was stopped:\n"
            f"{drift} lists what no state knows, and what of it can be imported"
        ] = None
    if not any(isinstance(error, Deviation) for error in outcome.failed.values()):
        hints[f"go on with {command}"] = None
    raise StrataError("\n".join(lines), "\n".join(hints))
