"""Has checkov evaluate each text once.

checkov evaluates every text that it finds, with a new interpreter for each, which takes 0.3 of the
time of a verdict. Most texts stand in several stacks, and nothing else decides their values.
"""

import copy
import functools
from typing import Any

_MOST = 4096
"""The most texts to remember; an environment of ours has about 150."""


def evaluate_once() -> None:
    """Replace checkov's evaluation of texts by one that remembers; once for a process."""
    from checkov.terraform.graph_builder.variable_rendering import (  # noqa: PLC0415 - takes seconds
        evaluate_terraform as module,
    )

    evaluate = module.evaluate_terraform
    if hasattr(evaluate, "__wrapped__"):
        return
    remembered = functools.lru_cache(_MOST)(evaluate)

    @functools.wraps(evaluate)
    def evaluate_terraform(input_str: Any, keep_interpolations: bool = True) -> Any:
        if not isinstance(input_str, str):
            return evaluate(input_str, keep_interpolations)
        # checkov changes lists and objects in place.
        return copy.deepcopy(remembered(input_str, keep_interpolations))

    module.evaluate_terraform = evaluate_terraform
