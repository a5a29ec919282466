#!/usr/bin/env bash
# moto 5.2.5, 2026-11-28.
# A target of a group that no listener uses is "healthy" at once. On AWS nobody checks it: its state is "unused"
# with the reason Target.NotInUse until a listener forwards to the group. A test that waits for healthy
# targets before it makes the listener passes on moto and waits for ever on AWS.
# Seen: "healthy" for a group without load balancer, without a reason.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[elbv2]==5.2.5' boto3==1.43.29
"$folder/venv/bin/python" - <<'END'
import os

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
import boto3
from moto import mock_aws

with mock_aws():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    arn = group["TargetGroupArn"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])
    health = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"][0]["TargetHealth"]
    print(health, "load balancers:", group.get("LoadBalancerArns", []))
    assert health == {"State": "healthy"} and not group.get("LoadBalancerArns")
END
