#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.8 and botocore 1.44.8, Python 3.11, 2026-11-29.
# ECS answers in pages: ListServices with ten services unless it is told otherwise, the other lists with a hundred, and what describes takes ten services or a hundred clusters at once (its own documentation, read here). moto pages CloudWatch Logs, SQS and
# Secrets Manager by the same rules, so one expects it to page ECS. It answers all in one page, with whatever `maxResults`, takes any `nextToken` and begins anew, and describes as many as it is given.
# A program that forgets the token, or hands the whole list on to DescribeServices, is green in its tests and right on AWS up to the tenth service: from then on a deployment, an alarm or a clean-up leaves services out, or ends with InvalidParameterException.
# Seen: 12 services, 101 clusters and 101 families without a token, also with maxResults=1 or 1000 and for a token that nobody gave; 1 page for PageSize=5; 12 services and 101 clusters described; 1 of 3 log groups, queues and secrets for a limit of 1, with a token.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ecs,ec2,logs,sqs,secretsmanager]==5.2.5' boto3==1.44.8 botocore==1.44.8
cat > "$folder/seen.py" <<'END_OF'
import re

import boto3
from moto import mock_aws


def said(operation, member):
    shape = ecs.meta.service_model.operation_model(operation).input_shape.members[member]
    return re.sub("<[^>]+>", "", shape.documentation)


def listed(operation, member, **more):
    answer = getattr(ecs, operation)(**more)
    return len(answer[member]), answer.get("nextToken")


def paged(service, make, ask, member, token):
    client = boto3.client(service)
    for number in range(3):
        make(client, f"name-{number}")
    answer = ask(client)
    return len(answer[member]), bool(answer.get(token))


with mock_aws():
    ecs = boto3.client("ecs")
    assert "ListServices returns up to 10 results and a nextToken" in said("ListServices", "maxResults")
    assert "between 1 and 100" in said("ListServices", "maxResults")
    assert "up to 10 services" in said("DescribeServices", "services")
    assert "up to 100 cluster names" in said("DescribeClusters", "clusters")
    for operation in ("ListClusters", "ListTaskDefinitionFamilies"):
        assert f"{operation} returns up to 100 results and a nextToken" in said(operation, "maxResults")

    clusters = [f"cluster-{number}" for number in range(101)]
    for name in clusters:
        ecs.create_cluster(clusterName=name)
        ecs.register_task_definition(family=name, containerDefinitions=[{"name": "web", "image": "web", "memory": 128}])
    services = [f"service-{number}" for number in range(12)]
    for name in services:
        ecs.create_service(cluster=clusters[0], serviceName=name, taskDefinition=clusters[0], desiredCount=0)

    for operation, member, count, more in (
        ("list_services", "serviceArns", 12, {"cluster": clusters[0]}),
        ("list_clusters", "clusterArns", 101, {}),
        ("list_task_definition_families", "families", 101, {}),
    ):
        for page in ({}, {"maxResults": 1}, {"maxResults": 1000}, {"nextToken": "of nobody"}):
            seen = listed(operation, member, **page, **more)
            print(operation, page, seen)
            assert seen == (count, None)
        pages = ecs.get_paginator(operation).paginate(PaginationConfig={"PageSize": 5}, **more)
        assert len(list(pages)) == 1
    described = ecs.describe_services(cluster=clusters[0], services=services)
    assert len(described["services"]) == 12 and not described["failures"]
    assert len(ecs.describe_clusters(clusters=clusters)["clusters"]) == 101

    for service, make, ask, member, token in (
        ("logs", lambda c, name: c.create_log_group(logGroupName=name), lambda c: c.describe_log_groups(limit=1), "logGroups", "nextToken"),
        ("sqs", lambda c, name: c.create_queue(QueueName=name), lambda c: c.list_queues(MaxResults=1), "QueueUrls", "NextToken"),
        (
            "secretsmanager",
            lambda c, name: c.create_secret(Name=name, SecretString="one"),
            lambda c: c.list_secrets(MaxResults=1),
            "SecretList",
            "NextToken",
        ),
    ):
        seen = paged(service, make, ask, member, token)
        print(service, seen)
        assert seen == (1, True)
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" "$folder/seen.py"
