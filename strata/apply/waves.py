"""Applies and destroys the layers of an environment, side by side where they do not meet."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from strata.errors import StrataError

Step = Callable[[str], str]
"""Does a layer's work and says in a few words what came of it."""

Report = Callable[[str, str, float], None]
"""Takes a layer, its state and the seconds it took."""


def quiet(layer: str, state: str, seconds: float) -> None:
    """Report to nobody."""


@dataclass
class Outcome:
    """What came of a run over the layers."""

    done: dict[str, str] = field(default_factory=dict)
    failed: dict[str, StrataError] = field(default_factory=dict)
    not_started: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every layer is done."""
        return not self.failed and not self.not_started


def reverse(needs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same graph for taking down: a layer waits for those that read its outputs."""
    return {layer: tuple(o for o, n in needs.items() if layer in n) for layer in needs}


def run(
    needs: Mapping[str, tuple[str, ...]],
    step: Step,
    report: Report,
    *,
    workers: int = 8,
    first: Sequence[str] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Call `step` for each layer once all that it needs are done.

    A layer that fails stops those that need it and nobody else. `workers=1` is one after another.
    Of those that can be begun together, the ones in `first` are begun first.
    Once `stopped` says so nothing more is started, and what runs is waited for: Terraform must
    write its state and give back its lock.
    """
    outcome = Outcome()
    waiting = dict(needs)
    running: dict[Future[str], tuple[str, float]] = {}
    with ThreadPoolExecutor(workers) as pool:
        while waiting or running:
            ready = [n for n, need in waiting.items() if all(x in outcome.done for x in need)]
            ready.sort(key=lambda layer: layer not in first)
            for layer in [] if stopped() else ready:
                del waiting[layer]
                report(layer, "running", 0)
                running[pool.submit(step, layer)] = (layer, time.monotonic())
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                layer, started = running.pop(future)
                seconds = time.monotonic() - started
                try:
                    outcome.done[layer] = future.result()
                    report(layer, outcome.done[layer], seconds)
                except StrataError as error:
                    outcome.failed[layer] = error
                    report(layer, "failed", seconds)
    outcome.not_started = list(waiting)
    for layer in outcome.not_started:
        report(layer, "not started", 0)
    return outcome
