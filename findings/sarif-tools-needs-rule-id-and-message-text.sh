#!/usr/bin/env bash
# sarif-tools 3.0.5, 2026-11-28.
# SARIF lets a result name its rule by `ruleIndex` alone, and its message by `id`, whose text stands once
# at the rule with places for arguments: both keep large reports small. sarif-tools knows neither. The
# first raises KeyError; of the second it prints the id in place of the text, so that all
# results of a rule become one, whatever their arguments.
# Seen: KeyError: ruleId; "R1 default: 2" for two results about different ports.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sarif-tools==3.0.5
"$folder/venv/bin/python" - <<'END'
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def summary(results):
    rules = [{"id": "R1", "messageStrings": {"default": {"text": "port {0} is open"}}}]
    run = {"tool": {"driver": {"name": "scanner", "rules": rules}}, "results": results}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.sarif")
        file.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
        command = [sys.executable, "-m", "sarif", "summary", file]
        ended = subprocess.run(command, capture_output=True, text=True)
        return ended.stdout + ended.stderr


by_index = summary([{"ruleIndex": 0, "level": "error", "message": {"text": "port 22 is open"}}])
by_id = summary(
    [
        {"ruleId": "R1", "level": "error", "message": {"id": "default", "arguments": [port]}}
        for port in ("22", "3306")
    ]
)
print(by_index.strip().split("\n")[-1])
print(by_id)
assert "KeyError: " in by_index and "ruleId" in by_index.split("KeyError: ")[1]
assert "R1 default: 2" in by_id
END
