#!/usr/bin/env bash
# s3fs 2026.9.0, cloudpathlib 0.26.0, smart_open 9.0.2 and s3path 0.6.5 with boto3 1.43.117 and moto 5.2.5, Python 3.11, 2026-11-29.
# All four open an object of S3 like a file, and an object of S3 is there as a whole or not at all. `with ... as file:` around a loop that raises in the middle is so expected to leave what was
# there before. smart_open and s3path, which is built on it, see the exception and give the upload up. s3fs and cloudpathlib close the file as if all were well: what was written until then is the object,
# and the one before it is gone, unless the bucket has versions. Text or bytes makes no difference, nor does `compression`.
# A nightly export that fails half way so replaces yesterday's whole one, and the job that reads it, or an S3 event that starts one, takes the half. In s3fs a transaction (`with fs.transaction:`)
# keeps the old one.
# Seen: b"half" from s3fs, from its gzip and from cloudpathlib, b"whole" from smart_open, s3path and s3fs' transaction; the RuntimeError comes out of each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check moto==5.2.5 py-partiql-parser PyYAML flask flask-cors s3fs==2026.9.0 \
  aiobotocore==3.10.0 boto3==1.43.117 botocore==1.43.117 cloudpathlib==0.26.0 smart_open==9.0.2 s3path==0.6.5
cat > "$folder/seen.py" <<'END_OF'
import contextlib
import gzip
import logging
import os

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"

import boto3
import s3fs
import s3path
import smart_open
from cloudpathlib import S3Client

s3 = boto3.client("s3")
s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
files = s3fs.S3FileSystem(endpoint_url=address)
cloud = S3Client(endpoint_url=address)
openers = {
    "s3fs": lambda key: files.open(f"exports/{key}", "w"),
    "s3fs.gz": lambda key: files.open(f"exports/{key}", "wt", compression="gzip"),
    "cloudpathlib": lambda key: cloud.CloudPath(f"s3://exports/{key}").open("w"),
    "smart_open": lambda key: smart_open.open(f"s3://exports/{key}", "w"),
    "s3path": lambda key: s3path.S3Path(f"/exports/{key}").open("w"),
}


def left(name, around):
    s3.put_object(Bucket="exports", Key=name, Body=b"whole")
    try:
        with around, openers[name](name) as file:
            file.write("half")
            raise RuntimeError("the third of six tables")
    except RuntimeError:
        body = s3.get_object(Bucket="exports", Key=name)["Body"].read()
        return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    raise AssertionError(f"{name} swallowed the error")


try:
    seen = {name: left(name, contextlib.nullcontext()) for name in openers}
    seen["transaction"] = left("s3fs", files.transaction)
finally:
    server.stop()
print(seen)
half, whole = b"half", b"whole"
assert seen == {
    "s3fs": half, "s3fs.gz": half, "cloudpathlib": half, "smart_open": whole, "s3path": whole, "transaction": whole}
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore "$folder/seen.py" 2> "$folder/log" \
  || { cat "$folder/log"; exit 1; }
