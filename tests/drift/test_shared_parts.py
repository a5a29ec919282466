"""Parts of a parent that are resources of their own, and those that nobody wrote."""

from typing import Any

import pytest

from strata.drift.shared_parts import additions

ACCOUNT = "arn:aws:elasticloadbalancing:eu-central-1:123456789012"
BALANCER = f"{ACCOUNT}:loadbalancer/app/shop-web/0123456789abcdef"
LISTENER = f"{ACCOUNT}:listener/app/shop-web/0123456789abcdef/1111111111111111"
GROUP = f"{ACCOUNT}:targetgroup/shop-tasks-admin/2222222222222222"
FORWARD = [{"type": "forward", "target_group_arn": GROUP}]


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("aws_lb_listener.a", {"load_balancer_arn": BALANCER, "default_action": FORWARD}),
        ("aws_lb_listener_rule.a", {"listener_arn": LISTENER, "action": FORWARD}),
    ],
)
def test_the_load_balancer_of_a_listener_or_rule_is_no_addition_to_its_target_group(
    address: str, body: dict[str, Any]
) -> None:
    group = ("aws_lb_target_group.g", {"arn": GROUP, "load_balancer_arns": [BALANCER]})
    assert additions([group, (address, body)]) == {}
    assert additions([group]) == {"aws_lb_target_group.g": [("load_balancer_arns", BALANCER)]}
