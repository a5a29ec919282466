"""Your own resources, in a layer of their own: docs/your-own-resources.md.

This file is yours. Strata imports `build` from it and nothing else, and no upgrade changes it.
"""

from constructs import Construct

from modules.own_layer import ForService, Layers
from strata.settings.models import Settings


def build(scope: Construct, settings: Settings, layers: Layers) -> ForService | None:  # noqa: ARG001
    """Add resources below `scope`; what is returned is given to the service.

    While nothing is added, there is no layer.
    """
    return None
