#!/usr/bin/env bash
# moto 5.2.5, 2026-11-28.
# ECS leaves what is no longer active out of its lists, and its API's own documentation (in botocore, read here) says
# so three times: ListServices has no deleted service, ListTaskDefinitionFamilies with status ACTIVE no family whose
# revisions are all deregistered, and DescribeTaskDefinition by family gives the latest ACTIVE revision. moto lists
# the first two for good and gives an INACTIVE revision for the third. A tear-down that waits for empty lists
# never ends there, and code that releases "the latest" finds one which it may not start on AWS.
# Seen: the ARN of the deleted service, the family, and INACTIVE.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ecs]==5.2.5' boto3==1.43.29
"$folder/venv/bin/python" - <<'END'
import os
import re

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
import boto3
from moto import mock_aws

with mock_aws():
    ecs = boto3.client("ecs")
    model = ecs.meta.service_model
    texts = (
        model.operation_model("DeleteService").documentation,
        model.operation_model("ListTaskDefinitionFamilies").input_shape.members["status"].documentation,
        model.operation_model("DescribeTaskDefinition").input_shape.members["taskDefinition"].documentation,
    )
    promises = ("no longer visible", "that have an ACTIVE task definition revision are returned", "latest ACTIVE revision")
    for text, promise in zip(texts, promises):
        assert promise in re.sub(r"<[^>]+>", "", text), promise
    ecs.create_cluster(clusterName="home")
    ecs.register_task_definition(family="shop", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}])
    ecs.create_service(cluster="home", serviceName="web", taskDefinition="shop", desiredCount=0)
    ecs.delete_service(cluster="home", service="web")
    ecs.deregister_task_definition(taskDefinition="shop:1")
    services = ecs.list_services(cluster="home")["serviceArns"]
    families = ecs.list_task_definition_families(status="ACTIVE")["families"]
    latest = ecs.describe_task_definition(taskDefinition="shop")["taskDefinition"]["status"]
    print("services:", services, "- active families:", families, "- latest active revision:", latest)
    assert len(services) == 1 and families == ["shop"] and latest == "INACTIVE"
END
