#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-28.
# A private namespace of Cloud Map is a hosted zone of its name, and an instance that is registered gets its records in it; that is what
# a task of ECS with service discovery is found by. moto makes a zone for the namespace, but calls it by another name, and puts no
# record into it. A service with instances, and a namespace with services, which the API refuses to delete (its documentation,
# read here), are deleted. So a test that waits until all are gone before the tear-down is not needed there, and is on AWS.
# Seen: the zone "shop.local-hz" with no A record; service and namespace deleted with an instance in them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[servicediscovery,route53,ec2]==5.2.5' boto3==1.44.5
"$folder/venv/bin/python" - <<'END'
import os

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="eu-central-1")
import boto3
from moto import mock_aws

with mock_aws():
    ec2, cloud_map, dns = (boto3.client(name) for name in ("ec2", "servicediscovery", "route53"))
    for operation in ("DeleteService", "DeleteNamespace"):
        assert "the request fails" in cloud_map.meta.service_model.operation_model(operation).documentation
    for name in ("shop.local", "other.local"):
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        cloud_map.create_private_dns_namespace(Name=name, Vpc=vpc)
    shop, other = sorted(cloud_map.list_namespaces()["Namespaces"], key=lambda n: n["Name"], reverse=True)
    services = {}
    for space in (shop, other):
        config = {"DnsRecords": [{"Type": "A", "TTL": 10}]}
        services[space["Id"]] = cloud_map.create_service(Name="web", NamespaceId=space["Id"], DnsConfig=config)["Service"]["Id"]
        cloud_map.register_instance(
            ServiceId=services[space["Id"]], InstanceId="task", Attributes={"AWS_INSTANCE_IPV4": "10.0.0.5"}
        )
    zones = {zone["Id"]: zone["Name"] for zone in dns.list_hosted_zones()["HostedZones"]}
    zone = shop["Properties"]["DnsProperties"]["HostedZoneId"]
    types = {record["Type"] for record in dns.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]}
    cloud_map.delete_service(Id=services[shop["Id"]])
    cloud_map.delete_namespace(Id=other["Id"])
    left = [space["Name"] for space in cloud_map.list_namespaces()["Namespaces"]], len(cloud_map.list_services()["Services"])
print(zones[zone], types, left)
assert zones[zone].rstrip(".") == "shop.local-hz" and "A" not in types
assert left[0] == ["shop.local"]
END
