"""State machines and schedules call AWS by themselves: what they call is read word by word."""

import json
import re

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, document, value

NEW_DEPLOYMENT = "arn:aws:states:::aws-sdk:ecs:updateService"
PARAMETERS = frozenset({"Cluster", "Service", "ForceNewDeployment"})
WORDS = frozenset({"Type", "Resource", "Parameters", "Retry", "ResultPath", "End", "Next"})


def _deploys_only(conf: Conf) -> bool:
    """Whether every step has ECS deploy a service anew, and changes nothing of it."""
    text = value(conf, "definition")
    try:
        machine = text if isinstance(text, dict) else json.loads(str(text))
    except ValueError:
        return False
    states = machine.get("States") if isinstance(machine, dict) else None
    return isinstance(states, dict) and bool(states) and all(map(_deploys, states.values()))


def _deploys(step: object) -> bool:
    if not isinstance(step, dict) or not set(step) <= WORDS:
        return False
    parameters = step.get("Parameters")
    return (
        step.get("Type") == "Task"
        and step.get("Resource") == NEW_DEPLOYMENT
        and isinstance(parameters, dict)
        and set(parameters) == PARAMETERS
        and parameters["ForceNewDeployment"] is True
    )


explain(
    "STRATA_STEPS_1", "high",
    "A state machine calls AWS in a way that nobody has judged",
    "steps of aws-sdk:ecs:updateService with ForceNewDeployment alone; or a check of your own",
    "https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html",
)  # fmt: skip
Policy("STRATA_STEPS_1", "A state machine only deploys a service anew",
       ["aws_sfn_state_machine"], _deploys_only)  # fmt: skip


OVERRIDDEN = frozenset({"name", "command", "cpu", "memory", "memoryReservation"})
"""What a run may have different from its task definition: nothing that grants or opens."""


OWN = r"\$\{\s*(?:aws_\w+|data\.terraform_remote_state)\.[^\"}]+\}"
OWN_TARGET = re.compile(rf"{OWN}|arn:aws[\w-]*:ecs:[a-z0-9-]+:[0-9]{{12}}:cluster/{OWN}")
"""A resource of this code, or a cluster by the name of one. Not `arn:aws:scheduler:::aws-sdk:...`,
which is any call of any API."""


def _runs_as_defined(conf: Conf) -> bool:
    """Whether a schedule has targets of this code, and what it sends to ECS changes only commands
    and sizes of containers."""
    return all(
        OWN_TARGET.fullmatch(str(value(target, "arn")))
        and (not blocks(target, "ecs_parameters") or _only_commands(target))
        for target in blocks(conf, "target")
    )


def _only_commands(target: Conf) -> bool:
    if value(target, "input") is None:
        return True
    sent = document(target, "input")
    overrides = sent.get("containerOverrides") if isinstance(sent, dict) else None
    return (
        isinstance(overrides, list)
        and set(sent) - {"cpu", "memory"} == {"containerOverrides"}
        and all(isinstance(one, dict) and set(one) <= OVERRIDDEN for one in overrides)
    )


explain(
    "STRATA_STEPS_2", "high",
    "A schedule calls an API of its choice, or runs a task otherwise than its definition says",
    "a target of this code, containerOverrides with name, command, cpu and memory alone, and "
    "cpu and memory of the task; variables, roles and the rest stand in the task definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html",
)  # fmt: skip
Policy("STRATA_STEPS_2", "A schedule starts what this code has, as it was judged",
       ["aws_scheduler_schedule"], _runs_as_defined)  # fmt: skip
