"""Runs checkov in this process over the gate's stacks."""

import contextlib
import copy
import gc
import importlib
import json
import logging
import os
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import policies
from strata.documents import Json
from strata.documents.stacks import blocks, construct_path
from strata.documents.templates import has_expression
from strata.gate.documents import Environment, Unjudgeable
from strata.gate.evaluated_once import evaluate_once
from strata.gate.judged_once import judged_once
from strata.gate.lighter_graph import lighten_graph
from strata.gate.one_thread import in_one_thread
from strata.gate.own_checks import OUTSIDE_CHECKS, backend_faults, value_faults
from strata.gate.plan import overlay, planned_values
from strata.gate.resolve import differences, resolved, union, unresolved
from strata.machine.garbage import uncollected
from strata.reach.table import PATH_CHECKS

JSON_TEXT = ("policy", "assume_role_policy", "container_definitions")
"""Arguments with JSON text, which checkov's own checks only read as data."""

FILE = "/cdk.tf.json"
"""The file name of a stack for checkov, which reads no file."""


@dataclass(frozen=True, order=True)
class Failure:
    """A check that a resource does not meet; `construct` is its path below the stack.

    `unknown` names an argument that is only known once it is applied, so that the check has no
    result. `key` is the dotted key of the setting that asks for it, if it is the user's own.
    """

    environment: str
    check: str
    construct: str
    address: str
    name: str
    unknown: str = ""
    key: str = ""


def scan(
    environments: Sequence[Environment], plans: Mapping[str, Json] | None = None
) -> list[Failure]:
    """Every failed check, of checkov's and ours; raises Unjudgeable.

    `plans` are plans as JSON by environment: they are judged too, resource by resource. Checks over
    several resources run on what was synthesized, which has the references between them.
    """
    failures = scan_stacks(environments)
    for environment in environments:
        plan = (plans or {}).get(environment.name)
        if plan is not None:
            failures = scan_plan(environment, plan, failures)
    return sorted(failures)


def scan_stacks(environments: Sequence[Environment]) -> frozenset[Failure]:
    """Every failed check in what was synthesized; raises Unjudgeable."""
    load_policies()
    logging.getLogger().setLevel(logging.CRITICAL)
    failures: set[Failure] = set()
    for environment in environments:
        composed = environment.resolved
        failures |= set(_judge(environment, composed))
        layers = union(environment.resolved_layers)
        different = differences(layers, composed)
        for address in different:
            failures.add(_outside(environment, "STRATA_LAYER_1", address))
        if different:
            failures |= set(_judge(environment, layers))
        for name, layer in environment.layers.items():
            for check in backend_faults(layer):
                place = name.removeprefix(f"{environment.name}-")
                failures.add(Failure(environment.name, check, place, "", OUTSIDE_CHECKS[check]))
        for stack in (environment.composed, *environment.layers.values()):
            failures |= set(_stack_faults(environment, stack))
    return frozenset(failures)


def scan_plan(
    environment: Environment, plan: Json, failures: frozenset[Failure]
) -> frozenset[Failure]:
    """`failures` in the stacks, with those in a plan of `environment`; raises Unjudgeable."""
    planned = resolved(overlay(plan, environment.resolved))
    in_plan = set(_judge(environment, planned, single=True))
    names = {f"{f.check} {f.address}" for f in in_plan if f.unknown}
    known = set(blocks(planned))
    # Values that the plan resolved are no longer unknown.
    still = {
        f for f in failures
        if not f.unknown or f.environment != environment.name
        or f.address not in known or f"{f.check} {f.address}" in names
    }  # fmt: skip
    return frozenset(still | in_plan | set(_stack_faults(environment, planned_values(plan))))


def known_checks() -> frozenset[str]:
    """The id of every check that can fail here."""
    from checkov.common.checks_infra.registry import get_graph_checks_registry  # noqa: PLC0415
    from checkov.terraform.runner import Runner  # noqa: PLC0415

    load_policies()
    graph = get_graph_checks_registry("terraform")
    graph.load_checks()
    python = {
        check.id
        for registry in Runner().block_type_registries.values()
        for check in registry.get_all_registered_checks()
    }
    return frozenset(
        python | {check.id for check in graph.checks} | set(OUTSIDE_CHECKS) | set(PATH_CHECKS)
    )


def load_policies() -> None:
    """Register our own checks with their explanations, once.

    checkov itself would load them for every file, and would ignore a check that it cannot load.
    """
    # checkov loads NumPy, whose OpenBLAS starts a thread for each processor; nothing here computes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with _uncollected_and_kept():
        importlib.import_module("checkov.terraform_json.runner")
        evaluate_once()
        lighten_graph()
        in_one_thread()
        for module in pkgutil.iter_modules(policies.__path__):
            try:
                importlib.import_module(f"policies.{module.name}")
            except Exception as error:
                raise Unjudgeable(
                    f"policies/{module.name}.py cannot be loaded: {error!r}"
                ) from error


@contextlib.contextmanager
def _uncollected_and_kept() -> Iterator[None]:
    """Run without the garbage collector, and exclude the new objects from it: it would take 0.3 of
    the import of checkov, whose 2,700 modules stay to the end."""
    with uncollected():
        try:
            yield
        finally:
            gc.freeze()


def _outside(environment: Environment, check: str, address: str) -> Failure:
    construct = environment.construct(address)
    return Failure(environment.name, check, construct, address, OUTSIDE_CHECKS[check])


def _stack_faults(environment: Environment, stack: Json) -> Iterator[Failure]:
    for check, where in value_faults(stack):
        yield Failure(environment.name, check, where, "", OUTSIDE_CHECKS[check])


def _judge(environment: Environment, stack: Json, *, single: bool = False) -> Iterator[Failure]:
    """The failures in a resolved stack; with `single` only of checks over a single resource."""
    for address, name in unresolved(stack):
        raise Unjudgeable(f"{environment.path}: {address} rests on {name}, which has no value here")
    body_of = _bodies(stack)
    _forget_policies()
    for outcome in _outcomes(environment, stack, single=single):
        if not outcome.passed:
            body = body_of(outcome.address)
            path = construct_path(body) or environment.construct(outcome.address)
            yield Failure(
                environment.name, outcome.check, path, outcome.address, outcome.name,
                outcome.unknown,
            )  # fmt: skip


def _forget_policies() -> None:
    """Have checkov read each policy anew.

    It keeps what it has read by file and name, which all stacks share here, and would judge the
    policy of another environment, or of a plan, by what the first one of its name said.
    """
    from checkov.terraform.checks.utils.base_cloudsplaining_iam_scanner import (  # noqa: PLC0415
        BaseTerraformCloudsplainingIAMScanner,
    )

    BaseTerraformCloudsplainingIAMScanner.policy_document_cache.clear()


def _bodies(stack: Json) -> Callable[[str], Json]:
    """Address -> the resource or data block of a stack; empty where there is none."""
    resources, data = blocks(stack), blocks(stack, "data")

    def body(address: str) -> Json:
        if address.startswith("data."):
            return data.get(address.removeprefix("data."), {})
        return resources.get(address, {})

    return body


@dataclass(frozen=True)
class _Outcome:
    """The result of a check on a block; `unknown` is the key that left it without a result."""

    check: str
    name: str
    address: str
    passed: bool
    unknown: str = ""


def _address(block: str, kind: str, name: str) -> str:
    return {"resource": f"{kind}.{name}", "data": f"data.{kind}.{name}"}.get(
        block, f"{block} {kind or name}"
    )


def _outcomes(environment: Environment, stack: Json, *, single: bool) -> list[_Outcome]:
    """The result of every check on a stack; raises Unjudgeable when a check fails to run."""
    from checkov.common.graph.graph_builder import CustomAttributes  # noqa: PLC0415
    from checkov.common.models.enums import CheckResult  # noqa: PLC0415 - takes seconds
    from checkov.common.output.report import Report  # noqa: PLC0415
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
    from checkov.terraform_json.parser import prepare_definition  # noqa: PLC0415
    from checkov.terraform_json.runner import TerraformJsonRunner  # noqa: PLC0415

    verdicts = {CheckResult.PASSED: True, CheckResult.FAILED: False}
    outcomes: list[_Outcome] = []
    body_of = _bodies(stack)

    def strict(block: str, registry: Any) -> Any:
        """The registry, with checks that cannot fail silently: checkov treats a check that raises
        like one without a result."""

        def whole(entity: Json) -> object:
            kind, name, conf = registry.extract_entity_details(entity)
            address = _address(block, kind, name)
            return address, body_of(address) or conf

        def run_check(  # noqa: PLR0917 - as checkov calls it
            check: Any, conf: Json, name: str, kind: str, file: str, skip: Any
        ) -> Any:
            address = _address(block, kind, name)
            check.graph = registry.graph
            try:
                result = check.run(
                    scanned_file=file, entity_configuration=_unfolded(conf), entity_name=name,
                    entity_type=kind, skip_info=skip,
                )  # fmt: skip
            except Exception as error:
                raise Unjudgeable(
                    f"{environment.path}: {check.id} cannot judge {address}: {error!r}"
                ) from error
            if result["result"] in verdicts:
                passed = verdicts[result["result"]]
                outcomes.append(_Outcome(check.id, check.name, address, passed))
            elif open_keys := list(_expressions(check, body_of(address))):
                key = ", ".join(open_keys)
                outcomes.append(_Outcome(check.id, check.name, address, passed=False, unknown=key))
            return result

        own = copy.copy(registry)
        own.run_check = run_check
        own.scan = judged_once(own.scan, whole, outcomes)
        return own

    class Runner(TerraformJsonRunner):
        def judge(self, definition: Json) -> Any:
            """Do what `run` does after reading its files. It reads JSON with a YAML parser in
            Python, which takes as long as the checks."""
            self.pbar.turn_off_progress_bar()
            self.root_folder = "/"
            self.definitions = {FILE: definition}
            self.definitions_raw = {FILE: [(1, "")]}
            report = Report(self.check_type)
            chosen = RunnerFilter(framework=["terraform_json"], show_progress_bar=False)
            self.add_python_check_results(report, chosen)
            # For checks over a single resource checkov's runner of JSON has no graph either.
            if not single:
                graph = self.graph_manager.build_graph_from_definitions(self.definitions)
                self.graph_manager.save_graph(graph)
                self.add_graph_check_results(report, chosen)
            return report

        def run_graph_checks_results(self, *arguments: Any, **named: Any) -> Any:
            results = super().run_graph_checks_results(*arguments, **named)
            # checkov drops a check that raises: it runs in a thread whose result is not read.
            missing = sorted(
                {check.id for check in self.graph_registry.checks} - {c.id for c in results}
            )
            if missing:
                raise Unjudgeable(f"{environment.path}: {', '.join(missing)} failed")
            for check, records in results.items():
                for record in records:
                    if record["result"] in verdicts:
                        address = record["entity"][CustomAttributes.ID]
                        passed = verdicts[record["result"]]
                        outcomes.append(_Outcome(check.id, check.name, address, passed))
            return results

    runner = Runner()
    runner.block_type_registries = {
        block: strict(block, registry) for block, registry in runner.block_type_registries.items()
    }
    judged: Json = {key: stack[key] for key in ("provider", "resource", "data") if key in stack}
    try:
        definition = prepare_definition(_with_lines(judged))
    except Exception as error:
        raise Unjudgeable(f"{environment.path}: checkov could not read it") from error
    if not definition:
        raise Unjudgeable(f"{environment.path}: checkov could not read it")
    try:
        report = runner.judge(definition)
    except Unjudgeable:
        raise
    except Exception as error:
        raise Unjudgeable(f"{environment.path}: checkov failed: {error!r}") from error
    if report.skipped_checks:
        raise Unjudgeable(
            f"{environment.path}: checkov skipped {report.skipped_checks[0].check_id}"
        )
    return outcomes


def _with_lines(stack: Json) -> Any:
    """A stack with its keys sorted and with lines for each object, as checkov reads it from a file;
    the line numbers do not matter."""
    text = json.dumps(stack, sort_keys=True)
    return json.loads(text, object_hook=lambda item: {**item, "__startline__": 1, "__endline__": 1})


def _unfolded(conf: Json) -> Json:
    """The block with JSON text read, in the form that checkov's own checks expect."""
    unfolded = dict(conf)
    for key in JSON_TEXT:
        if key in conf and isinstance(conf[key], list) and len(conf[key]) == 1:
            try:
                unfolded[key] = [json.loads(conf[key][0])]
            except (TypeError, ValueError):
                continue
    return unfolded


def _expressions(check: Any, body: Json) -> Iterator[str]:
    """The keys that a check over a single value depends on, and which are expressions.

    checkov removes the `${}` from what it gives to a check: `body` is the original block.
    """
    for key in check.get_evaluated_keys():
        names = [part for part in str(key).split("/") if not re.fullmatch(r"\[?\d+]?", part)]
        if any(has_expression(value) for value in _below(body, names)):
            yield ".".join(names)


def _below(value: Any, names: Sequence[str]) -> Iterator[Any]:
    """Every value at a path, whichever blocks are lists."""
    if isinstance(value, list):
        for item in value:
            yield from _below(item, names)
    elif not names:
        yield value
    elif isinstance(value, dict) and names[0] in value:
        yield from _below(value[names[0]], names[1:])
