#!/usr/bin/env bash
# pysarif 0.1.0, Python 3.11, 2026-11-29.
# A result in SARIF has no `level` of its own where that of its rule is meant (`defaultConfiguration`). pysarif fills in whatever is
# missing with the default of the schema when it reads, and that of a level is "warning". So all errors of a report whose level stands at
# the rule are warnings in memory, and in the file that it writes they say so themselves, which goes before the rule: a step that only adds
# a path to a report about Terraform code lets a release pass that stops on errors. Property bags come back empty, `security-severity`
# among them, by which GitHub sorts, and a suppression that is under review loses its status, which makes it one that counts.
# Seen: level warning for a result of an error rule; no security-severity; a suppression {"kind": "external"} without "underReview".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysarif==0.1.0
cd "$folder"
cat > report.sarif <<'END_OF'
{"version": "2.1.0", "runs": [{
  "tool": {"driver": {"name": "gate", "rules": [{
    "id": "R1", "defaultConfiguration": {"level": "error"}, "properties": {"security-severity": "8.0"}}]}},
  "results": [{
    "ruleId": "R1", "ruleIndex": 0, "message": {"text": "open to the world"},
    "suppressions": [{"kind": "external", "status": "underReview"}]}]}]}
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import json

import pysarif

report = pysarif.load_from_file("report.sarif")
pysarif.save_to_file(report, "written.sarif")
run = json.load(open("written.sarif"))["runs"][0]
rule, result = run["tool"]["driver"]["rules"][0], run["results"][0]
print(report.runs[0].results[0].level, result["level"], rule.get("properties"), result["suppressions"])
assert rule["defaultConfiguration"]["level"] == "error"
assert report.runs[0].results[0].level == result["level"] == "warning"
assert "security-severity" not in rule.get("properties", {})
assert result["suppressions"][0].get("kind") == "external" and "status" not in result["suppressions"][0]
END_OF
