"""State machines: they call AWS by themselves, so what they call is read word by word."""

import json

from policies.explanations import explain
from policies.policy import Conf, Policy, value

NEW_DEPLOYMENT = "arn:aws:states:::aws-sdk:ecs:updateService"
PARAMETERS = frozenset({"Cluster", "Service", "ForceNewDeployment"})
WORDS = frozenset({"Type", "Resource", "Parameters", "Retry", "ResultPath", "End"})


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
