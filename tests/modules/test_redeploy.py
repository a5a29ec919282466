"""What deploys the service anew after a rotation: the event, the state machine, the roles."""

import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Stack = Callable[[str], Json]
Vary = Callable[..., Json]


def one(resources: Json, kind: str) -> Json:
    (body,) = resources[kind].values()
    return dict(body)


def test_the_password_rotates_when_the_setting_says(vary: Vary) -> None:
    def rotation(schedule: str) -> Json:
        resources = vary(database={"password_rotation": schedule})["resource"]
        return one(resources, "aws_secretsmanager_secret_rotation")

    weekly = rotation("rate(7 days)")
    assert weekly["rotation_rules"] == {"schedule_expression": "rate(7 days)"}
    # An apply that changes the schedule makes no new password.
    assert weekly["rotate_immediately"] is False
    assert "rotation_lambda_arn" not in weekly
    assert "master_user_secret" in weekly["secret_id"]
    assert rotation("cron(0 3 ? * SUN *)")["rotation_rules"] == {
        "schedule_expression": "cron(0 3 ? * SUN *)", "duration": "1h"
    }  # fmt: skip


def test_the_event_of_this_secret_starts_one_step_that_deploys_this_service(stack: Stack) -> None:
    resources = stack("local-service")["resource"]
    pattern = json.loads(one(resources, "aws_cloudwatch_event_rule")["event_pattern"])
    service_secrets = json.loads(
        one(resources, "aws_ecs_task_definition")["container_definitions"]
    )[0]["secrets"]
    [password] = [each["valueFrom"] for each in service_secrets if each["name"] == "DB_PASSWORD"]
    assert password == f"{pattern['resources'][0]}:password::"
    assert pattern["detail-type"] == ["Secret Label Updated"]
    assert pattern["detail"] == {"labelUpdated": ["AWSCURRENT"]}
    target = one(resources, "aws_cloudwatch_event_target")
    assert target["rule"] == "${aws_cloudwatch_event_rule.service_new_password.name}"
    assert target["arn"] == "${aws_sfn_state_machine.service_redeploy.arn}"
    states = json.loads(one(resources, "aws_sfn_state_machine")["definition"])["States"]
    [step] = states.values()
    assert step["Resource"] == "arn:aws:states:::aws-sdk:ecs:updateService"
    assert step["Parameters"] == {
        "Cluster": "${aws_ecs_service.service_service.cluster}",
        "Service": "${aws_ecs_service.service_service.name}",
        "ForceNewDeployment": True,
    }


def test_each_role_may_do_its_one_thing_and_is_its_services_alone(stack: Stack) -> None:
    resources = stack("local-service")["resource"]
    roles, policies = resources["aws_iam_role"], resources["aws_iam_role_policy"]
    expected = {
        "redeploy": (
            "states.amazonaws.com", "ecs:UpdateService", "${aws_ecs_service.service_service.id}"
        ),
        "password_events": (
            "events.amazonaws.com", "states:StartExecution",
            "${aws_sfn_state_machine.service_redeploy.arn}",
        ),
    }  # fmt: skip
    for name, (principal, action, resource) in expected.items():
        [trust] = json.loads(roles[f"service_{name}_role"]["assume_role_policy"])["Statement"]
        assert trust["Principal"] == {"Service": principal}
        # Else anybody's state machine or rule could have it assumed (confused deputy).
        assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
        [allowed] = json.loads(policies[f"service_{name}_role_policy"]["policy"])["Statement"]
        assert (allowed["Action"], allowed["Resource"]) == (action, resource)


def test_a_role_has_its_policy_before_it_is_used_and_until_then_after_it(stack: Stack) -> None:
    resources = stack("local-service")["resource"]
    assert one(resources, "aws_sfn_state_machine")["depends_on"] == [
        "aws_iam_role_policy.service_redeploy_role_policy"
    ]
    assert one(resources, "aws_cloudwatch_event_target")["depends_on"] == [
        "aws_iam_role_policy.service_password_events_role_policy"
    ]
