#!/usr/bin/env bash
# moto 5.2.5, 2026-11-28.
# UpdateService keeps the words that it was given: "shop:1" comes back as the task definition of the service,
# where ECS answers with the ARN of that revision whatever was sent, and CreateService of moto does so too.
# Code that compares the revision of a service with an ARN works after a creation and fails after
# an update. The revision may be deregistered as well, which ECS refuses for a service that changes to it.
# Seen: an ARN after create_service, "shop:1" after update_service, and that revision is INACTIVE.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ecs]==5.2.5' boto3==1.43.29
"$folder/venv/bin/python" - <<'END'
import os

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
import boto3
from moto import mock_aws

with mock_aws():
    ecs = boto3.client("ecs")
    ecs.create_cluster(clusterName="c")
    container = [{"name": "web", "image": "web", "memory": 128}]
    for _ in range(2):
        ecs.register_task_definition(family="shop", containerDefinitions=container)
    made = ecs.create_service(cluster="c", serviceName="s", taskDefinition="shop", desiredCount=1)
    status = ecs.deregister_task_definition(taskDefinition="shop:1")["taskDefinition"]["status"]
    changed = ecs.update_service(cluster="c", service="s", taskDefinition="shop:1")
    print(made["service"]["taskDefinition"], changed["service"]["taskDefinition"], status)
    assert made["service"]["taskDefinition"].endswith(":task-definition/shop:2")
    assert changed["service"]["taskDefinition"] == "shop:1"
    assert status == "INACTIVE"
END
