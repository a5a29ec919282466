#!/usr/bin/env bash
# checkov 3.3.30, Python 3.11, 2026-11-28.
# `-o json` is an object with check_type, results and summary, as long as one framework has something to say. A second one, for which a
# Dockerfile beside the Terraform code is enough, makes it a list of such objects; where nothing is found to check it is
# an object without all three, which has passed and failed at its top. A step that reads .summary.failed so works until somebody adds a
# file of another kind, and fails where a folder is empty. `--framework` with one name keeps it from being a list, not from the third.
# Seen: for a folder with notes alone, with Terraform, and with Terraform and a Dockerfile.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check checkov==3.3.30
cd "$folder"
mkdir notes code both
echo "to do" > notes/notes.txt
printf 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n' | tee code/main.tf > both/main.tf
echo "FROM alpine:3.22" > both/Dockerfile
for name in notes code both; do
    "$folder/venv/bin/checkov" -d "$name" --skip-download --quiet --compact -o json > "$name.json" 2>/dev/null || true
done
"$folder/venv/bin/checkov" -d notes --framework terraform --skip-download -o json > named.json 2>/dev/null
python3 - <<'END'
import json

notes, code, both, named = (json.load(open(f"{name}.json")) for name in ("notes", "code", "both", "named"))
print(sorted(notes), sorted(code), [report["check_type"] for report in both])
assert sorted(code) == ["check_type", "results", "summary"]
assert sorted(report["check_type"] for report in both) == ["dockerfile", "terraform"]
for report in (notes, named):
    assert {"passed", "failed"} <= set(report) and "summary" not in report and "results" not in report
END
