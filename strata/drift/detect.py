"""Looks for drift in all layers at once; reads AWS and the states, and writes nothing there."""

import json
from pathlib import Path

from strata.documents.stacks import layers, stack
from strata.drift.children import children, without_duplicates
from strata.drift.from_plan import find, resources_now
from strata.drift.import_ids import with_addresses
from strata.drift.inventory import inventory
from strata.drift.releases import elsewhere
from strata.drift.report import Report
from strata.drift.strangers import known, strangers
from strata.drift.unread import describing, unread
from strata.plan_file.changes import parse
from strata.planning.composed import plan_composed
from strata.release.ecs import described
from strata.settings.models import Environment
from strata.state.states import State, read_states
from strata.terraform.process import Terraform


def find_drift(environment: Environment, terraform: Terraform, out: Path) -> Report:
    """The drift of an environment that was synthesized to `out`.

    A plan of the composed stack against the merged states refreshes every layer, and also says what
    the next apply would do about the drift. It equals a refresh-only plan of each layer.
    """
    folder = out / "composed" / environment.name
    composed = json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8"))
    states = read_states(environment, layers(composed))
    document = plan_composed(terraform, folder, states)
    code = stack(composed)
    ours = resources_now(document)
    hidden = unread(ours, describing(environment))
    drift, left_out = find(parse(document), document, code, hidden)
    vpcs = [values["id"] for address, values in ours if address.startswith("aws_vpc.")]
    listed, unchecked = inventory(environment, vpcs)
    added_children, not_looked_at = children(environment, ours)
    strangers_beside = with_addresses(
        strangers(listed, known(ours)),
        code,
        {address for address, _ in ours},
        environment.region,
    )
    added, strangers_beside = without_duplicates(added_children, strangers_beside)
    return Report(
        environment=environment.name,
        never_applied=[layer for layer, state in states.items() if state is None],
        destroyed=[layer for layer, state in states.items() if state and not holds(state)],
        drift=drift,
        left_out=left_out,
        added=added,
        released=elsewhere(environment, ours, lambda arn: described(environment, arn)),
        strangers=strangers_beside,
        unchecked=[*unchecked, *not_looked_at],
    )


def holds(state: State) -> bool:
    """Whether a state has a resource; data sources do not count."""
    return any(
        resource.get("mode") == "managed" for resource in state.document.get("resources", [])
    )
