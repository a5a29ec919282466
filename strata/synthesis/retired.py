"""Stacks of layers that the settings or the code have no more, and that still have resources.

A layer without a stack cannot be applied, and nothing would destroy what it made. So it gets a
stack without resources: to apply that is to destroy what its state holds.
"""

import json
from pathlib import Path

from strata.documents.layers import LAYERS, OPTIONAL, STACK, stack_name, state_key
from strata.documents.providers import with_all_of
from strata.documents.stacks import STAGE
from strata.machine.files import write_whole
from strata.state.states import States, holds
from strata.synthesis import lock_file


def retire(stacks: Path, environment: str, states: States) -> list[str]:
    """Write the stacks of retired layers of an environment below `stacks`; returns the layers.

    Each has the provider of the other layers, also for us-east-1 where its state has something
    from there, and its own place in their state bucket.
    """
    retired = [
        layer
        for layer in OPTIONAL
        if holds(states.get(layer))
        and not (stacks / stack_name(environment, layer) / STACK).exists()
    ]
    if not retired:
        return []
    other = stacks / stack_name(environment, next(iter(LAYERS))) / STACK
    text = other.read_text(encoding="utf-8")
    for layer in retired:
        document = json.loads(text)
        document["terraform"]["backend"]["s3"]["key"] = state_key(environment, layer)
        kept = {
            "//": {STAGE: document["//"][STAGE]},
            "terraform": document["terraform"],
            "provider": document["provider"],
        }
        folder = stacks / stack_name(environment, layer)
        folder.mkdir(exist_ok=True)
        state = states[layer]
        whole = with_all_of(kept, state.document["resources"] if state else [])
        # The next run takes it as it is, and another strata may read it at this moment.
        write_whole(folder / STACK, json.dumps(whole, indent=2))
    lock_file.write(stacks.parent, [environment])
    return retired
