#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-28.
# "Deregistering a scalable target deletes the scaling policies and the scheduled actions that are associated with it", says Application
# Auto Scaling's own model, read here. moto deletes the target alone: policies, their alarms and scheduled actions stay, so a test that
# looks for what a tear-down left behind finds what AWS would not have, and one that registers anew has the old policy. It also has
# no rule that a policy needs a target, nor that the smallest capacity is not above the largest.
# Seen: one policy, two alarms and one scheduled action of no target; a policy for a service that was never registered; 9 to 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[applicationautoscaling,ecs,cloudwatch]==5.2.5' boto3==1.44.5
"$folder/venv/bin/python" - <<'END'
import os

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
import boto3
from moto import mock_aws

TRACK = {"TargetValue": 50, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}


def of(service):
    return {"ServiceNamespace": "ecs", "ResourceId": f"service/c/{service}", "ScalableDimension": "ecs:service:DesiredCount"}


with mock_aws():
    scaling, ecs, alarms = (boto3.client(name) for name in ("application-autoscaling", "ecs", "cloudwatch"))
    assert "deletes the scaling policies and the scheduled actions" in str(
        scaling.meta.service_model.operation_model("DeregisterScalableTarget").documentation
    )
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(family="f", containerDefinitions=[{"name": "w", "image": "w", "memory": 128}])
    ecs.create_service(cluster="c", serviceName="s", taskDefinition="f", desiredCount=1)
    scaling.register_scalable_target(**of("s"), MinCapacity=9, MaxCapacity=1)
    bounds = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
    scaling.put_scaling_policy(
        PolicyName="p", **of("s"), PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACK
    )
    scaling.put_scheduled_action(
        ScheduledActionName="n", **of("s"), Schedule="cron(0 0 * * ? *)", ScalableTargetAction={"MinCapacity": 1}
    )
    scaling.deregister_scalable_target(**of("s"))
    left = (
        len(scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]),
        len(scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]),
        len(alarms.describe_alarms()["MetricAlarms"]),
        len(scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]),
    )
    scaling.put_scaling_policy(
        PolicyName="p", **of("never"), PolicyType="TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACK
    )
print("targets, policies, alarms, scheduled actions left:", left, "from", bounds["MinCapacity"], "to", bounds["MaxCapacity"])
assert left == (0, 1, 2, 1)
assert (bounds["MinCapacity"], bounds["MaxCapacity"]) == (9, 1)
END
