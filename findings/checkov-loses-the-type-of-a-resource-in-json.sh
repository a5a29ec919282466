#!/usr/bin/env bash
# checkov 3.3.30, 2026-11-28.
# The same function in HCL and in Terraform JSON: its failed checks are the same, its name is not. In JSON the checks
# of one resource say "resource.worker", the word above it in the document, while the checks over the graph
# and all checks in HCL say "aws_lambda_function.worker". Two resources of different types with one name
# cannot be told apart in the report, a baseline of one form does not fit the other, and
# `resource_count` of the summary is 0.
# Seen: "resource.worker" of CKV_AWS_115 in JSON, "aws_lambda_function.worker" in HCL; counts 0 and 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check checkov==3.3.30
"$folder/venv/bin/python" - <<'END'
import json
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = {
    "terraform": ("main.tf", "resource \"aws_lambda_function\" \"worker\" {\n  function_name = \"worker\"\n  role = \"r\"\n}\n"),
    "terraform_json": (
        "main.tf.json",
        json.dumps({"resource": {"aws_lambda_function": {"worker": {"function_name": "worker", "role": "r"}}}}, indent=2),
    ),
}
names, counts = {}, {}
for framework, (name, text) in FILES.items():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(text)
        command = [Path(sys.executable).with_name("checkov"), "-d", folder, "--framework", framework]
        command += ["--check", "CKV_AWS_115", "--skip-download", "-o", "json"]
        ended = subprocess.run(command, capture_output=True, text=True)
        report = json.loads(ended.stdout)
        names[framework] = [check["resource"] for check in report["results"]["failed_checks"]]
        counts[framework] = report["summary"]["resource_count"]
print(names, counts)
assert names == {"terraform": ["aws_lambda_function.worker"], "terraform_json": ["resource.worker"]}
assert counts == {"terraform": 1, "terraform_json": 0}
END
