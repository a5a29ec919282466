"""All layers applied, for what is measured of them."""

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.documents.layers import LAYERS


def apply_all(work: LayerWork) -> None:
    """Apply the layers in waves; ends the program where one fails."""
    outcome = waves.run(LAYERS, work.apply, waves.quiet)
    if not outcome.ok:
        # What failed, since the logs go with the folder of a bench.
        failed = [f"{layer}: {error.message}" for layer, error in outcome.failed.items()]
        name = work.settings.environment.name
        raise SystemExit("\n".join([f"{name} could not be applied", *failed]))
