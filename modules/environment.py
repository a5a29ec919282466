"""An environment: its layers, each in a stack of its own or all in a single stack."""

import json
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from cdktf import App, S3Backend, TerraformStack
from constructs import Construct

from modules.alarms import AlarmsLayer, Watched
from modules.cache import Cache
from modules.cluster import Cluster
from modules.database import Database
from modules.edge import Edge
from modules.environment_stack import EnvironmentStack
from modules.naming import Names
from modules.network import Network
from modules.own_layer import ForService, Layers, checked, told
from modules.providers import in_own_region
from modules.registry import Registry
from modules.service import Service, ServiceInputs
from strata.documents.layers import LAYERS, OPTIONAL, STACK, stack_name, state_key
from strata.documents.stacks import STAGE
from strata.documents.templates import escaped
from strata.errors import StrataError
from strata.machine.unforeseen import node_error
from strata.settings.models import Environment, Settings


def write_layers(settings: Sequence[Settings], out: Path | None = None) -> Path:
    """Write the stack of each layer of each environment below `out`; returns the folder.

    Without `out` it is the folder that `cdktf synth` names in CDKTF_OUTDIR, or `cdktf.out`.
    """
    return _written(build_layers, settings, out)


def write_composed(settings: Settings, out: Path) -> Path:
    """Write one stack, with all layers of an environment, below `out`."""
    return _written(build_composed, [settings], out)


def _written(
    add: Callable[[App, Settings], None], settings: Sequence[Settings], out: Path | None
) -> Path:
    app = App(outdir=str(out)) if out else App()
    for environment in settings:
        add(app, environment)
        # An earlier synthesis may have had them.
        for layer in OPTIONAL:
            name = stack_name(environment.environment.name, layer)
            Path(app.outdir, "stacks", name, STACK).unlink(missing_ok=True)
    app.synth()
    return Path(app.outdir)


def build_layers(app: App, settings: Settings) -> None:
    """Add a stack for each layer to `app`, with its state in S3."""
    settings = _as_templates(settings)
    environment = settings.environment

    def stack(layer: str) -> TerraformStack:
        made = _stack(app, stack_name(environment.name, layer), environment)
        _backend(made, environment, layer)
        return made

    stacks = {layer: stack(layer) for layer in LAYERS}
    _build(settings, lambda layer: stacks.get(layer) or stacks.setdefault(layer, stack(layer)))
    for layer in stacks.keys() - LAYERS.keys():
        if stacks[layer].node.try_find_child(layer) is None:
            app.node.try_remove_child(stack_name(environment.name, layer))


def build_composed(app: App, settings: Settings) -> None:
    """Add a stack with every layer to `app`, named as the environment and without a backend."""
    settings = _as_templates(settings)
    stack = _stack(app, settings.environment.name, settings.environment)
    # CDKTF would write a local backend with the path of the current folder.
    stack.add_override("terraform.backend", None)
    _build(settings, lambda _: stack)


def _as_templates(settings: Settings) -> Settings:
    """The settings with every text escaped, so that Terraform reads it as it was written.

    Done here for all constructs, since they use the texts of settings in many places.
    """
    return Settings.model_validate(escaped(settings.model_dump(by_alias=True)))


def _build(settings: Settings, stack: Callable[[str], TerraformStack]) -> None:
    network = Network(stack("network"), settings).outputs
    registry = Registry(stack("registry"), settings).outputs
    database = Database(stack("database"), settings, network).outputs
    cache = Cache(stack("cache"), settings, network).outputs
    cluster = Cluster(stack("cluster"), settings, network).outputs
    edge = Edge(stack("edge"), settings, network).outputs
    layers = Layers(Names(settings, "own"), network, registry, database, cache, cluster, edge)
    own = _own(stack("own"), settings, layers)
    inputs = ServiceInputs(network, registry, database, cache, cluster, edge, own)
    service = Service(stack("service"), settings, inputs).outputs
    if settings.alarms:
        watched = Watched(
            load_balancer=edge.load_balancer_arn_suffix,
            target_group=edge.target_group_arn_suffix,
            certificate=edge.certificate_arn,
            cluster=cluster.cluster_name,
            service=service.service_name,
            workers=service.workers,
            target_groups=service.target_groups,
            auto_scaling_group=cluster.auto_scaling_group_name,
            database=database.identifier,
            cache=cache.replication_group_id,
            dead_letters=service.dead_letters,
        )
        AlarmsLayer(stack("alarms"), settings, watched)


def _own(stack: TerraformStack, settings: Settings, layers: Layers) -> ForService:
    """What `modules/own.py` adds to a stack, and gives to the service."""
    scope = Construct(stack, "own")
    try:
        from modules.own import build  # noqa: PLC0415 - what is wrong in it is told as theirs

        returned = build(scope, settings, layers)
    except (StrataError, OSError, MemoryError, RecursionError):
        raise
    except Exception as error:
        # Of Node: a full disk, say, or its end, is no fault of the file.
        if node_error(str(error)) or _of_node(error):
            raise
        raise told(error) from error
    given = checked(returned, settings)
    if not scope.node.children:
        stack.node.try_remove_child("own")
    return given


def _of_node(error: Exception) -> bool:
    """Whether Node gave no whole answer: `strata.machine.node.in_use` tells it."""
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, json.JSONDecodeError) and any(
        "jsii" in Path(frame.filename).parts for frame in frames
    )


def _stack(app: App, name: str, environment: Environment) -> EnvironmentStack:
    stack = EnvironmentStack(app, name)
    # A comment to Terraform; a check of the JSON alone reads from it which waivers apply.
    stack.add_override(f"//.{STAGE}", environment.stage)
    in_own_region(stack, environment)
    return stack


def _backend(stack: TerraformStack, environment: Environment, layer: str) -> None:
    emulated = True if environment.emulated else None
    backend = S3Backend(
        stack,
        bucket=environment.state_bucket,
        key=state_key(environment.name, layer),
        region=environment.region,
        encrypt=True,
        use_path_style=emulated,
        skip_credentials_validation=emulated,
        skip_metadata_api_check=emulated,
        skip_requesting_account_id=emulated,
    )
    # S3Backend has no such property; as an override it stays off the remote-state data sources,
    # which only read.
    backend.add_override("use_lockfile", True)
