#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# A map in which one key stands twice is a slip of a long list, a rule that was copied and not renamed. Terraform refuses an argument that is there twice, a `for` that makes a key twice, a heading twice in csvdecode, and an object with a key twice in
# Terraform JSON or a .tfvars.json file. So one expects it to refuse the same between braces, in a .tf or .tfvars file. There the last one wins, without an error or a warning, "web" and web being one key; so it does in zipmap, jsondecode, and yamldecode, though YAML itself
# forbids it.
# Of two listener rules, ports or subnets that a for_each goes through one is not made, and where the list was longer before, the next apply destroys it; the same list in JSON would have been an error.
# Seen: port 443 alone in the state from braces, .tfvars, zipmap, jsondecode and yamldecode; an error for the five others.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TF_CLI_CONFIG_FILE=/dev/null
cat > seen.py <<'END_OF'
import json
import subprocess
from pathlib import Path

TAKEN = {
    "braces": '{ web = 80, "web" = 443 }',
    "zipmap": 'zipmap(["web", "web"], [80, 443])',
    "jsondecode": """jsondecode("{\\"web\\": 80, \\"web\\": 443}")""",
    "yamldecode": r'yamldecode("web: 80\nweb: 443")',
}
REFUSED = {
    "for": ('{ for port in [80, 443] : "web" => port }', "Duplicate object key"),
    "csvdecode": (r'csvdecode("web,web\n80,443")', "duplicate column name"),
}


def run(name, **files):
    folder = Path(name)
    folder.mkdir()
    for file, text in files.items():
        Path(folder, file.replace("__", ".")).write_text(text)
    ran = subprocess.run(["terraform", "apply", "-auto-approve", "-no-color"], cwd=folder, capture_output=True, text=True)
    said = " ".join((ran.stdout + ran.stderr).split())
    assert "Warning" not in said
    if ran.returncode:
        error = said[said.index("Error: ") :]
        print(name, "-", error[:120])
        return error
    state = json.loads(Path(folder, "terraform.tfstate").read_text())
    made = {one["index_key"]: one["attributes"]["input"]["value"] for one in state["resources"][0]["instances"]}
    print(name, "-", made)
    return made


def rules(text):
    return 'resource "terraform_data" "rule" {\n  for_each = %s\n  input = each.value\n}\n' % text


for name, text in TAKEN.items():
    assert run(name, main__tf=rules(text)) == {"web": 443}
variable = 'variable "ports" {\n  type = map(number)\n}\n' + rules("var.ports")
assert run("tfvars", main__tf=variable, terraform__tfvars="ports = {\n  web = 80\n  web = 443\n}\n") == {"web": 443}
for name, (text, error) in REFUSED.items():
    assert error in run(name, main__tf=rules(text))
twice = '{"web": 80, "web": 443}'
assert "Duplicate object attribute" in run("tfvars-json", main__tf=variable, terraform__tfvars__json='{"ports": %s}' % twice)
inline = '{"resource": {"terraform_data": {"rule": {"for_each": %s, "input": "${each.value}"}}}}' % twice
assert "Duplicate object attribute" in run("terraform-json", main__tf__json=inline)
assert "Attribute redefined" in run("argument", main__tf='locals {\n  web = 80\n  web = 443\n}\n')
END_OF
python3 seen.py
