"""The provider package as it comes: its root with all modules, and its own assembly."""

DEFINE_TYPES = """
def types():
    from cdktf_cdktf_provider_aws import _jsii
    from jsii._kernel.types import LoadRequest
    from jsii._runtime import kernel
    loaded = _jsii.__jsii_assembly__
    request = LoadRequest(loaded.name, loaded.version, loaded.filename)
    return kernel.provider.load(request).types
"""
COUNT_TYPES = f"{DEFINE_TYPES}\nprint(types())\n"
IMPORT_ROOT = """
import functools, gc
from importlib import metadata
gc.disable()  # it would look through 23,285 classes again and again
metadata.version = functools.cache(metadata.version)  # 2,137 modules ask for that of typeguard
import cdktf_cdktf_provider_aws
"""
LEAVE = """
import atexit, os, sys
sys.stdout.flush()
atexit._run_exitfuncs()  # ends Node
os._exit(0)  # without taking 23,285 classes apart, which takes as long as importing them
"""
ALL_TYPES = 23285
"""In the assembly of provider-aws 20.1.0."""
