#!/usr/bin/env bash
# semver 7.8.6 (npm) and its port node-semver 0.9.1 (PyPI), beside Terraform 1.11.4, Node 20, Python 3.11, 2026-11-29.
# Tools that look after versions read `required_version` and the constraints of providers with npm's library, which knows "~>" and every operator of Terraform but "!=". What is not meant for it is expected to be refused, or to mean the same. It means
# something else: to Terraform "~> 1.2" is below 2.0, as its last part alone may grow, and to npm below 1.3. A version with parts left out is 1.11.0 to Terraform and all of 1.11 to npm, so that the answers to "> 1", "<= 1" and "1.11" are just the
# opposite. A comma, which in Terraform is "and", makes the whole no range at all, for which `satisfies` says false and raises nothing. Of those with "~>" one with three parts, "~> 1.11.0", alone means the same to both.
# So an inventory lists those as too old or too new who are not, and an update is held back, or proposed where Terraform refuses it at init.
# Seen for 1.11.4, Terraform then npm: "~> 1.2", "> 1" and ">= 1.5, < 2.0" true, false; "<= 1", "1.11" and "= 1.11" false, true; "~> 1.11.0" and ">= 1.5" true, true; the port answers like npm.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check node-semver==0.9.1
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund semver@7.8.6
mkdir root
cat > seen.py <<'END_OF'
import json
import subprocess

import nodesemver

constraints = ["~> 1.2", "> 1", ">= 1.5, < 2.0", "<= 1", "1.11", "= 1.11", "~> 1.11.0", ">= 1.5"]
script = """
const semver = require("semver");
const ranges = JSON.parse(process.argv[1]);
console.log(JSON.stringify(ranges.map((range) => [semver.satisfies("1.11.4", range), semver.validRange(range)])));
"""
node = json.loads(subprocess.check_output(["node", "-e", script, json.dumps(constraints)], text=True))


def terraform(constraint):
    with open("root/main.tf", "w") as file:
        file.write(f"terraform {{\n  required_version = {json.dumps(constraint)}\n}}\n")
    ran = subprocess.run(["terraform", "-chdir=root", "init", "-no-color"], capture_output=True, text=True)
    assert ran.returncode == 0 or "Unsupported Terraform Core version" in ran.stderr, ran.stderr
    return ran.returncode == 0


seen = {}
for constraint, (npm, meant) in zip(constraints, node, strict=True):
    seen[constraint] = (terraform(constraint), npm)
    print(constraint, *seen[constraint], meant)
    assert nodesemver.satisfies("1.11.4", constraint, loose=False) is npm
assert seen == {
    "~> 1.2": (True, False),
    "> 1": (True, False),
    ">= 1.5, < 2.0": (True, False),
    "<= 1": (False, True),
    "1.11": (False, True),
    "= 1.11": (False, True),
    "~> 1.11.0": (True, True),
    ">= 1.5": (True, True),
}
assert dict(zip(constraints, node, strict=True))[">= 1.5, < 2.0"] == [False, None]
END_OF
venv/bin/python seen.py
