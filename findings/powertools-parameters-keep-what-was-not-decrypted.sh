#!/usr/bin/env bash
# aws-lambda-powertools 3.37.0 (2026-10) with boto3 1.43.117 and moto 5.2.5, Python 3.11, 2026-11-29.
# `parameters.get_parameter` of Powertools reads the Parameter Store and keeps a value for five minutes, by its name and transform. What else a call asks for is expected to count too, and does not: a SecureString that was read without `decrypt`
# is still the encrypted text for the call with decrypt=True, and get_parameters(path, recursive=False) has the values of all folders below it, if the path was read before. `max_age=0` takes a value that is kept,
# set_parameter leaves the old one where it is, and a dictionary from transform="json" is handed out itself: what one caller changes in it the next one gets. force_fetch=True is the one way to the store.
# A program whose start lists its settings, without decryption since it only logs their names, so sends the encrypted text as the password a line later, and the database says that it is wrong; on another order of the calls all is well.
# Seen: "kms:alias/aws/ssm:secret" twice, "secret" with force_fetch; db/host with recursive=False; 1 after a change to 2, and 2 after set_parameter to 3; {"a": 99} for the JSON {"a": 1}.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-lambda-powertools==3.37.0 moto==5.2.5 boto3==1.43.117 botocore==1.43.117 PyYAML
cat > "$folder/seen.py" <<'END_OF'
import boto3
from aws_lambda_powertools.utilities import parameters
from moto import mock_aws


@mock_aws
def seen():
    ssm = boto3.client("ssm")

    def put(name, value, kind="String"):
        ssm.put_parameter(Name=f"/shop/{name}", Value=value, Type=kind, Overwrite=True)

    put("password", "secret", "SecureString")
    put("db/host", "db.shop")
    put("size", "1")
    put("settings", '{"a": 1}')
    password = [
        parameters.get_parameter("/shop/password"),
        parameters.get_parameter("/shop/password", decrypt=True),
        parameters.get_parameter("/shop/password", decrypt=True, force_fetch=True),
    ]
    parameters.get_parameters("/shop")
    flat = "db/host" in parameters.get_parameters("/shop", recursive=False)
    forced = "db/host" in parameters.get_parameters("/shop", recursive=False, force_fetch=True)
    size = [parameters.get_parameter("/shop/size")]
    put("size", "2")
    size.append(parameters.get_parameter("/shop/size", max_age=0))
    size.append(parameters.get_parameter("/shop/size", force_fetch=True))
    parameters.set_parameter(name="/shop/size", value="3", overwrite=True)
    size.append(parameters.get_parameter("/shop/size"))
    parameters.get_parameter("/shop/settings", transform="json")["a"] = 99
    settings = parameters.get_parameter("/shop/settings", transform="json")
    return {"password": password, "flat": flat, "forced": forced, "size": size, "settings": settings}


answered = seen()
print(answered)
encrypted = "kms:alias/aws/ssm:secret"
assert answered == {
    "password": [encrypted, encrypted, "secret"], "flat": True, "forced": False, "size": ["1", "1", "2", "2"], "settings": {"a": 99}}
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore "$folder/seen.py"
