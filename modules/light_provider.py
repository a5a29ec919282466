"""Loads only those parts of the provider package that a stack uses.

The package's root imports every resource class of AWS, more than two thousand, before the first can
be used. A module of the same name with the same search path, put in its place beforehand, lets
Python find `cdktf_cdktf_provider_aws.vpc` without running the root. The classes are the package's
own, so the JSON is the same to the byte.
"""

import importlib.util
import sys
from types import ModuleType

PACKAGE = "cdktf_cdktf_provider_aws"


def install() -> None:
    """Put the light root in place; does nothing when the package is already loaded."""
    if PACKAGE in sys.modules:
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; run `make setup`")
    root = ModuleType(PACKAGE)
    root.__path__ = list(spec.submodule_search_locations)
    root.__spec__ = spec
    sys.modules[PACKAGE] = root
