#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.43.117, Python 3.11, 2026-11-29.
# The Parameter Store has rules that only show when a value is written: a standard parameter has 4 KB, an advanced one cannot be made standard again, a value must match the parameter's own AllowedPattern, a name has no blanks (its own
# documentation, read here). moto is strict elsewhere, with tags beside an overwrite and with eleven names at once, and so one expects it to be here. It keeps 5,000 bytes in a standard parameter, makes an advanced one standard,
# stores a word where the pattern wants figures, and takes a name with a blank.
# A configuration as JSON that has grown beyond 4 KB, and a tool that goes back to the tier without a price, pass every test and are refused on AWS, mostly in the middle of a deployment.
# Seen: Standard for all of the four; ValidationException for tags with an overwrite and for eleven names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check moto==5.2.5 boto3==1.43.117 botocore==1.43.117
cat > "$folder/seen.py" <<'END_OF'
import boto3
from botocore.loaders import Loader
from moto import mock_aws

members = Loader().load_service_model("ssm", "service-2")["shapes"]["PutParameterRequest"]["members"]
assert "Standard parameters have a value limit of 4 KB" in members["Value"]["documentation"]
assert "you must delete it and recreate it as a new standard parameter" in members["Tier"]["documentation"]
assert "regular expression used to validate the parameter value" in members["AllowedPattern"]["documentation"]


@mock_aws
def seen():
    ssm = boto3.client("ssm")
    refused = []

    def put(name, value, **settings):
        return ssm.put_parameter(Name=name, Value=value, Type="String", **settings)["Tier"]

    put("/shop/plan", "large", Tier="Advanced")
    tiers = [
        put("/shop/settings", "x" * 5000),
        put("/shop/plan", "small", Tier="Standard", Overwrite=True),
        put("/shop/port", "eighty", AllowedPattern=r"^\d+$"),
        put("/shop/a name", "x"),
    ]
    for call in (
        lambda: put("/shop/plan", "x", Overwrite=True, Tags=[{"Key": "team", "Value": "shop"}]),
        lambda: ssm.get_parameters(Names=[f"/shop/{number}" for number in range(11)]),
    ):
        try:
            call()
        except ssm.exceptions.ClientError as error:
            refused.append(error.response["Error"]["Code"])
    return tiers, refused, len(ssm.get_parameter(Name="/shop/settings")["Parameter"]["Value"])


answered = seen()
print(answered)
assert answered == (["Standard"] * 4, ["ValidationException"] * 2, 5000)
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore "$folder/seen.py"
