#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-28.
# SetRulePriorities takes several rules at once so that they can change places: what counts is that there is no conflict "in the new
# order" (its documentation, read here). moto looks at the old order, so two rules can not be swapped, and code that works on AWS
# fails in the test with PriorityInUse. DescribeRules lists them in the order in which they were made, not by
# priority. A load balancer with deletion protection is deleted like any other.
# Seen: PriorityInUse for 10 and 2 swapped; the order 10, 2, default; no load balancer after the deletion.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[elbv2,ec2]==5.2.5' boto3==1.44.5
"$folder/venv/bin/python" - <<'END'
import os

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
import boto3
from moto import mock_aws

with mock_aws():
    ec2, lb = boto3.client("ec2"), boto3.client("elbv2")
    assert "in the new order" in lb.meta.service_model.operation_model("SetRulePriorities").documentation
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{'ab'[n]}")["Subnet"]["SubnetId"]
        for n in (0, 1)
    ]
    balancer = lb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    group = lb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    listener = lb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
    listener = listener["Listeners"][0]["ListenerArn"]
    rules = {}
    for priority in (10, 2):
        condition = [{"Field": "path-pattern", "Values": [f"/{priority}"]}]
        made = lb.create_rule(ListenerArn=listener, Priority=priority, Conditions=condition, Actions=forward)
        rules[priority] = made["Rules"][0]["RuleArn"]
    try:
        swap = [{"RuleArn": rules[10], "Priority": 2}, {"RuleArn": rules[2], "Priority": 10}]
        lb.set_rule_priorities(RulePriorities=swap)
        raise SystemExit("the rules were swapped")
    except lb.exceptions.PriorityInUseException as error:
        print(error)
    order = [rule["Priority"] for rule in lb.describe_rules(ListenerArn=listener)["Rules"]]
    protect = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    lb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=protect)
    lb.delete_load_balancer(LoadBalancerArn=balancer)
    left = lb.describe_load_balancers()["LoadBalancers"]
print(order, left)
assert order == ["10", "2", "default"] and left == []
END
