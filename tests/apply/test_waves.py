"""Order, waves and failure of work over layers."""

import threading

import pytest

from strata.apply import waves
from strata.documents.layers import LAYERS, LONGEST
from strata.errors import StrataError


def test_a_layer_waits_for_all_that_it_needs() -> None:
    done: list[str] = []

    def step(layer: str) -> str:
        assert set(LAYERS[layer]) <= set(done)
        done.append(layer)
        return "applied"

    assert waves.run(LAYERS, step, waves.quiet).ok
    assert sorted(done) == sorted(LAYERS)


def test_layers_that_do_not_meet_run_side_by_side() -> None:
    together = threading.Barrier(4)

    def step(layer: str) -> str:
        if layer in ("database", "cache", "cluster", "edge"):
            # Breaks, and fails the test, unless all four wait here at once.
            together.wait(timeout=20)
        return "applied"

    assert waves.run(LAYERS, step, waves.quiet).ok


def test_the_longest_are_begun_first_in_their_wave() -> None:
    begun: list[str] = []

    def step(layer: str) -> str:
        begun.append(layer)
        return "applied"

    assert waves.run(LAYERS, step, waves.quiet, workers=1, first=LONGEST).ok
    assert begun == ["network", "registry", "database", "edge", "cache", "cluster", "service"]


def test_one_worker_is_one_after_another() -> None:
    running = threading.Lock()

    def step(layer: str) -> str:
        assert running.acquire(blocking=False)
        running.release()
        return "applied"

    assert waves.run(LAYERS, step, waves.quiet, workers=1).ok


def test_a_failure_stops_its_dependents_and_nobody_else() -> None:
    def step(layer: str) -> str:
        if layer == "cache":
            raise StrataError("no")
        return "applied"

    outcome = waves.run(LAYERS, step, waves.quiet)
    assert not outcome.ok
    assert set(outcome.failed) == {"cache"}
    assert outcome.not_started == ["service"]
    assert set(outcome.done) == set(LAYERS) - {"cache", "service"}


def test_a_defect_of_ours_is_not_taken_for_a_failed_layer() -> None:
    def step(layer: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        waves.run(LAYERS, step, waves.quiet)


def test_taking_down_goes_the_other_way() -> None:
    gone: list[str] = []

    def step(layer: str) -> str:
        assert not any(layer in LAYERS[other] for other in LAYERS if other not in gone)
        gone.append(layer)
        return "destroyed"

    assert waves.run(waves.reverse(LAYERS), step, waves.quiet).ok
    assert gone[0] == "service"
