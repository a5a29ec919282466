#!/usr/bin/env bash
# dynamodb-json 1.4.2 beside boto3 1.44.8, Python 3.11, 2026-11-29.
# It turns items in DynamoDB's own JSON, {"name": {"S": "web"}}, as streams, exports to S3 and the AWS CLI have them, into plain Python. The letters S, N, B, M and L are types inside of an attribute, and an
# attribute may be called so as well; AWS itself advises short names, since they count as storage. An item or a map with an attribute called S is taken for a text itself: it
# becomes that one value, and all of its other attributes are gone without a word. A number that is no whole one becomes a float, although DynamoDB and
# boto3 keep 38 figures, so that a large amount is another one; boto3 reads both as they are.
# A restore or a report from an export so loses whole items, and nothing but a comparison with the table shows it.
# Seen: {"id": …, "S": …} is the text alone, one level down a number is one, as a text; 12345678901234567890.25 is 12345678901234567000.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dynamodb-json==1.4.2 boto3==1.44.8 botocore==1.44.8
"$folder/venv/bin/python" - <<'END_OF'
from decimal import Decimal

from boto3.dynamodb.types import TypeDeserializer
from dynamodb_json import json_util

SIZE = {"id": {"S": "shirt-7"}, "S": {"S": "small"}, "price": {"N": "19"}}
ITEMS = {
    "top": SIZE,
    "below": {"id": {"S": "shirt-7"}, "sizes": {"M": {"S": {"N": "3"}, "XL": {"N": "5"}}}},
    "amount": {"total": {"N": "12345678901234567890.25"}},
    "plain": {"id": {"S": "shirt-7"}, "price": {"N": "19"}},
}


def boto3_reads(item):
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


read = {name: json_util.loads(item) for name, item in ITEMS.items()}
right = {name: boto3_reads(item) for name, item in ITEMS.items()}
for name in ITEMS:
    print(name, "dynamodb-json:", read[name], "boto3:", right[name])
assert read["top"] == "small" and right["top"] == {"id": "shirt-7", "S": "small", "price": 19}
assert read["below"] == {"id": "shirt-7", "sizes": "3"}
assert right["below"] == {"id": "shirt-7", "sizes": {"S": 3, "XL": 5}}
assert read["amount"] == {"total": 1.2345678901234567e19}
assert right["amount"] == {"total": Decimal("12345678901234567890.25")}
assert read["plain"] == right["plain"]
END_OF
