#!/usr/bin/env bash
# botocore 1.44.8, 2026-11-28.
# Some waiters wait for a word that their own service model says is never sent. Read side by side in
# one package: AppConfig's `environment_ready_for_deployment` wants "ReadyForDeployment" where the
# model's state is "READY_FOR_DEPLOYMENT"; RDS' `tenant_database_deleted` takes the error
# "DBInstanceNotFoundFault" for success where the code on the wire is "DBInstanceNotFound" (the first
# is the name of the shape); and `target_in_service` of load balancers repeats on "InvalidInstance",
# a code of the classic load balancer. Waiting for the first ends in a time-out, for the second in
# an error, on the very answer that was waited for.
# Seen: "Max attempts exceeded" and "terminal failure state"; no such word in any of the three models.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
"$folder/venv/bin/python" - <<'END'
import botocore.session
from botocore.exceptions import WaiterError
from botocore.stub import Stubber

session = botocore.session.get_session()


def client(name):
    return session.create_client(
        name, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


def wire_codes(model, operation):
    shapes = model.operation_model(operation).error_shapes
    return {shape.metadata.get("error", {}).get("code") or shape.name for shape in shapes}


appconfig, rds, elbv2 = client("appconfig"), client("rds"), client("elbv2")
states = appconfig.meta.service_model.shape_for("EnvironmentState").enum
assert "READY_FOR_DEPLOYMENT" in states and "ReadyForDeployment" not in states
with Stubber(appconfig) as stub:
    for _ in range(3):
        stub.add_response("get_environment", {"State": "READY_FOR_DEPLOYMENT"})
    try:
        appconfig.get_waiter("environment_ready_for_deployment").wait(
            ApplicationId="abcdefg", EnvironmentId="abcdefg", WaiterConfig={"Delay": 0, "MaxAttempts": 3}
        )
        raise SystemExit("the waiter knows the state now")
    except WaiterError as error:
        print(error)
        assert "Max attempts exceeded" in str(error)

codes = wire_codes(rds.meta.service_model, "DescribeTenantDatabases")
assert "DBInstanceNotFound" in codes and "DBInstanceNotFoundFault" not in codes
with Stubber(rds) as stub:
    stub.add_client_error("describe_tenant_databases", "DBInstanceNotFound", "gone", 404)
    try:
        rds.get_waiter("tenant_database_deleted").wait(
            DBInstanceIdentifier="shop", WaiterConfig={"Delay": 0, "MaxAttempts": 1}
        )
        raise SystemExit("the waiter knows the code now")
    except WaiterError as error:
        print(error)
        assert "terminal failure" in str(error) or "DBInstanceNotFound" in str(error)

waiter = elbv2.get_waiter("target_in_service").config.acceptors
wanted = [acceptor.expected for acceptor in waiter if acceptor.matcher == "error"]
print("target_in_service:", wanted, "of", sorted(wire_codes(elbv2.meta.service_model, "DescribeTargetHealth")))
assert wanted == ["InvalidInstance"]
assert "InvalidInstance" not in wire_codes(elbv2.meta.service_model, "DescribeTargetHealth")
END
