"""Applies and destroys the layers of an environment, in parallel where they are independent."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from strata.errors import StrataError

Step = Callable[[str], str]
"""Does a layer's work and returns the result in a few words."""

Report = Callable[[str, str, float], None]
"""Takes a layer, its state and the seconds it took."""


def quiet(layer: str, state: str, seconds: float) -> None:
    """Report to nobody."""


@dataclass
class Outcome:
    """The result of a run over the layers."""

    done: dict[str, str] = field(default_factory=dict)
    failed: dict[str, StrataError] = field(default_factory=dict)
    not_started: list[str] = field(default_factory=list)
    stopped: bool = False
    """Whether it was asked to stop."""

    @property
    def ok(self) -> bool:
        """Whether every layer is done."""
        return not self.failed and not self.not_started


def reverse(needs: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same graph for a destroy: a layer waits for the layers that read its outputs."""
    return {
        layer: tuple(reader for reader, needed in needs.items() if layer in needed)
        for layer in needs
    }


def run(
    needs: Mapping[str, tuple[str, ...]],
    step: Step,
    report: Report,
    *,
    workers: int = 8,
    first: Sequence[str] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Call `step` for each layer once all layers that it needs are done.

    A layer that fails stops the layers that need it and no others. `workers=1` runs one layer after
    another. Of the layers that can start together, those in `first` start first.
    Once `stopped` is true no more layers start, and the running ones are waited for: Terraform must
    write its state and release its lock.
    """
    outcome = Outcome()
    waiting = dict(needs)
    running: dict[Future[str], tuple[str, float]] = {}
    with ThreadPoolExecutor(workers) as pool:
        while waiting or running:
            ready = [
                layer
                for layer, needed in waiting.items()
                if all(other in outcome.done for other in needed)
            ]
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
    outcome.stopped = stopped()
    for layer in outcome.not_started:
        report(layer, "not started", 0)
    return outcome
