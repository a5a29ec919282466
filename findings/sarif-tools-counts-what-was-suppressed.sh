#!/usr/bin/env bash
# sarif-tools 3.0.5, 2026-11-28.
# A result that is suppressed with an accepted justification, and one whose baselineState is "absent", that
# is, which is there no more, count like any other: in the summary, and for the exit code of
# `--check error`. GitHub shows the first as dismissed. A scanner that reports its waivers in SARIF,
# as the format means it, can so never pass that check.
# Seen: "error: 1" and exit code 1 for each of the two.
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

RESULT = {
    "ruleId": "R1",
    "level": "error",
    "message": {"text": "port open"},
    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "main.tf"}, "region": {"startLine": 3}}}],
}
KINDS = {
    "suppressed": {"suppressions": [{"kind": "external", "status": "accepted", "justification": "by design"}]},
    "absent": {"baselineState": "absent"},
}
with tempfile.TemporaryDirectory() as folder:
    for name, more in KINDS.items():
        run = {"tool": {"driver": {"name": "scanner"}}, "results": [{**RESULT, **more}]}
        file = Path(folder, f"{name}.sarif")
        file.write_text(json.dumps({"version": "2.1.0", "runs": [run]}))
        command = [sys.executable, "-m", "sarif", "--check", "error", "summary", file]
        ended = subprocess.run(command, capture_output=True, text=True)
        print(name, ended.stdout.split("\n")[1], "exit code", ended.returncode)
        assert "error: 1" in ended.stdout and ended.returncode == 1
END
