#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-28.
# A secret has one version with the label AWSCURRENT, and GetSecretValue without a label answers that one.
# UpdateSecretVersionStage moves the label by hand, to go back to the value before. moto moves it, but remembers apart from the
# labels which version was the newest: GetSecretValue without a label still answers the value that was given up, and with
# the label the other. The next PutSecretValue takes AWSCURRENT from neither and calls the newest before it AWSPREVIOUS,
# where AWS means the one that was current. A test of a rotation that is taken back passes with the wrong password.
# Seen: "without a label two, with it one", then "AWSPREVIOUS is two, and 2 versions are AWSCURRENT"; on AWS one and one,
# then one, and 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[secretsmanager]==5.2.5' boto3==1.44.5
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-central-1
"$folder/venv/bin/python" -W ignore - <<'END'
import boto3
from moto import mock_aws

with mock_aws():
    manager = boto3.client("secretsmanager")
    one = manager.create_secret(Name="shop", SecretString="one")["VersionId"]
    two = manager.put_secret_value(SecretId="shop", SecretString="two")["VersionId"]
    manager.update_secret_version_stage(
        SecretId="shop", VersionStage="AWSCURRENT", MoveToVersionId=one, RemoveFromVersionId=two
    )
    plain = manager.get_secret_value(SecretId="shop")["SecretString"]
    labelled = manager.get_secret_value(SecretId="shop", VersionStage="AWSCURRENT")["SecretString"]
    print(f"without a label {plain}, with it {labelled}")
    assert (plain, labelled) == ("two", "one")
    manager.put_secret_value(SecretId="shop", SecretString="three")
    labels = manager.describe_secret(SecretId="shop")["VersionIdsToStages"]
    current = sum("AWSCURRENT" in stages for stages in labels.values())
    before = manager.get_secret_value(SecretId="shop", VersionStage="AWSPREVIOUS")["SecretString"]
    print(f"AWSPREVIOUS is {before}, and {current} versions are AWSCURRENT")
    assert (before, current) == ("two", 2)
    assert manager.get_secret_value(SecretId="shop")["SecretString"] == "three"
END
