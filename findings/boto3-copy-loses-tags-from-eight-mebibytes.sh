#!/usr/bin/env bash
# boto3 1.44.8 with s3transfer 0.19.3, Python 3.11, 2026-11-29.
# `copy` of a client of S3 copies an object within S3, and its page says that it does so in parts where that is needed. An object below 8 MiB is one CopyObject, which takes metadata and
# tags along. From 8 MiB on it is made of parts, and what S3 does not copy then must be sent by s3transfer: it reads the object's Content-Type, Cache-Control and metadata
# and sends them with the new one. The tags it neither reads nor sends, without a word: the copy has none. Nor does it ask which storage class the source has.
# Tags decide about rules of the lifecycle, about who may read (aws:ResourceTag, s3:ExistingObjectTag) and about costs, so after a move of a bucket the large objects are never
# expired and are refused to those who may read the small ones. `Tagging` in ExtraArgs, from a get_object_tagging of one's own, brings them along.
# Seen: at 8,388,607 bytes one CopyObject; at 8,388,608 CreateMultipartUpload with content type, cache control and metadata, no x-amz-tagging, and no request for the tags.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8 s3transfer==0.19.3
"$folder/venv/bin/python" - <<'END_OF'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

requests = []
size = 0


class Storage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        requests.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
        headers, body = {}, b""
        if self.command == "HEAD":
            headers = {
                "Content-Length": str(size),
                "Content-Type": "text/html",
                "Cache-Control": "max-age=60",
                "x-amz-meta-version": "7",
                "x-amz-tagging-count": "2",
                "x-amz-storage-class": "STANDARD_IA",
                "ETag": '"e"',
            }
        elif self.path.endswith("?uploads"):
            body = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
        elif "partNumber" in self.path:
            body = b"<CopyPartResult><ETag>e</ETag></CopyPartResult>"
        elif self.command == "POST":
            body = b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"
        else:
            body = b"<CopyObjectResult><ETag>e</ETag></CopyObjectResult>"
        headers.setdefault("Content-Length", str(len(body)))
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = answer

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Storage)
threading.Thread(target=server.serve_forever, daemon=True).start()
s3 = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{server.server_port}",
    region_name="eu-central-1",
    aws_access_key_id="a",
    aws_secret_access_key="b",
)


def copy(length):
    global size
    size = length
    requests.clear()
    s3.copy({"Bucket": "old", "Key": "page"}, "new", "page")
    for method, path, headers in requests:
        print(length, method, path, sorted(set(headers) & {"content-type", "cache-control", "x-amz-meta-version"}))
    assert not any("tagging" in path for _, path, _ in requests)
    return {(method, path): headers for method, path, headers in requests}


small = copy(8 * 1024 * 1024 - 1)
assert list(small) == [("HEAD", "/old/page"), ("PUT", "/new/page")]
assert "x-amz-metadata-directive" not in small["PUT", "/new/page"]

large = copy(8 * 1024 * 1024)["POST", "/new/page?uploads"]
assert large["content-type"] == "text/html" and large["cache-control"] == "max-age=60"
assert large["x-amz-meta-version"] == "7"
assert "x-amz-tagging" not in large and "x-amz-storage-class" not in large
END_OF
