"""Deploys the service anew when the password of its database has changed.

A task reads its secrets when it starts, so running tasks keep the old password. Secrets Manager
sends an event when the new one is current, EventBridge starts a state machine with it, and that
calls ECS: docs/decisions/0019-a-new-password-deploys-the-service.md.
"""

import json
from collections.abc import Mapping
from itertools import pairwise

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.ecs_service import EcsService
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.sfn_state_machine import SfnStateMachine
from constructs import Construct

from modules import iam
from modules.naming import Names

RETRY_SECONDS, RETRIES, RETRY_GROWTH = 30, 6, 2
"""Half an hour in all, where ECS cannot be reached or the service is being changed."""


def redeploy_on_new_password(
    scope: Construct,
    names: Names,
    service: EcsService,
    more: Mapping[str, EcsService],
    secret_arn: str,
) -> None:
    """Add to the service layer what deploys `service`, and then those of `more` by name, anew once
    `secret_arn` has a new value."""
    machine = _state_machine(scope, names, service, more)
    role = _role(scope, names, "password_events", "events.amazonaws.com")
    start = IamRolePolicy(
        scope,
        "password_events_role_policy",
        name="start-the-deployment",
        role=role.id,
        policy=iam.policy([{"Action": "states:StartExecution", "Resource": machine.arn}]),
    )
    rule = CloudwatchEventRule(
        scope,
        "new_password",
        name=names.name("new-password", 64),
        description="The database has a new password",
        event_pattern=event_pattern(secret_arn),
        tags=names.tags("new-password"),
    )
    CloudwatchEventTarget(
        scope,
        "new_password_target",
        rule=rule.name,
        target_id="redeploy",
        arn=machine.arn,
        role_arn=role.arn,
        depends_on=[start],
    )


def event_pattern(secret_arn: str) -> str:
    """The events that say that a secret has a new value.

    Secrets Manager's own, which need no trail of CloudTrail (User Guide, Secret Label Updated). For
    a password that RDS manages the label moves once the database takes it.
    """
    return json.dumps(
        {
            "source": ["aws.secretsmanager"],
            "detail-type": ["Secret Label Updated"],
            "resources": [secret_arn],
            "detail": {"labelUpdated": ["AWSCURRENT"]},
        }
    )


def _state_machine(
    scope: Construct, names: Names, service: EcsService, more: Mapping[str, EcsService]
) -> SfnStateMachine:
    role = _role(scope, names, "redeploy", "states.amazonaws.com")
    update = IamRolePolicy(
        scope,
        "redeploy_role_policy",
        name="deploy-the-service-anew",
        role=role.id,
        policy=iam.policy(
            [
                {
                    "Action": "ecs:UpdateService",
                    "Resource": [service.id, *(one.id for one in more.values())]
                    if more
                    else service.id,
                }
            ]
        ),
    )
    return SfnStateMachine(
        scope,
        "redeploy",
        name=names.name("redeploy", 80),
        role_arn=role.arn,
        definition=definition(
            service.cluster, service.name, {name: one.name for name, one in more.items()}
        ),
        tags=names.tags("redeploy"),
        depends_on=[update],
    )


def definition(cluster: str, service: str, more: Mapping[str, str]) -> str:
    """A state machine of a step for each service, `more` after the first: UpdateService with a new
    deployment and nothing else."""
    names = {"NewDeployment": service}
    names |= {f"NewDeployment-{name}": other for name, other in more.items()}
    steps = list(names)
    following = dict(pairwise(steps))
    states = {name: _step(cluster, names[name], following.get(name)) for name in steps}
    return json.dumps({"StartAt": "NewDeployment", "States": states})


def _step(cluster: str, service: str, following: str | None) -> dict[str, object]:
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ecs:updateService",
        "Parameters": {"Cluster": cluster, "Service": service, "ForceNewDeployment": True},
        # What ECS answers says much of the service, and nobody reads it here.
        "ResultPath": None,
        "Retry": [
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": RETRY_SECONDS,
                "MaxAttempts": RETRIES,
                "BackoffRate": RETRY_GROWTH,
            }
        ],
        **({"Next": following} if following else {"End": True}),
    }


def _role(scope: Construct, names: Names, name: str, principal: str) -> IamRole:
    account = names.settings.environment.account_id
    suffix = name.replace("_", "-")
    return IamRole(
        scope,
        f"{name}_role",
        name=names.name(suffix),
        assume_role_policy=iam.trust(principal, {"StringEquals": {"aws:SourceAccount": account}}),
        tags=names.tags(suffix),
    )
