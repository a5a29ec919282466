#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# A pipeline asks in one of three ways whether there is anything to apply: by the exit code of -detailed-exitcode, by the counts in `change_summary` of plan -json, or by actions other than "no-op" in the plan's JSON. They are expected
# to agree. For a resource that only moves, for an import and for an output the exit code is 2, while all actions of resources are "no-op" in the plan; the counts have the import alone. A resource that is forgotten (`removed` with
# destroy = false) is `"action":"remove"` in the stream, the word that change_summary has for what is destroyed, and that counts none. Only `applyable` of the plan agrees with the exit code.
# So a pipeline that applies when a count is above zero never carries out the move, plans it for ever, and destroys and makes the resource anew once the `moved` block is cleaned up; one that stops at "remove" stops at a database
# that nobody destroys.
# Seen, as exit code, counts that are not zero, actions, stream: move 2, none, no-op, move; import 2, import 1, no-op, import; forget 2, none, forget, remove; output 2, none, no-op, nothing; and 0 for a new output of null.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > seen.py <<'END_OF'
import json
import subprocess

web = 'resource "terraform_data" "web" { input = 1 }\n'
port = 'output "port" { value = 80 }\n'


def terraform(*command, codes=(0,)):
    ran = subprocess.run(["terraform", *command], capture_output=True, text=True)
    assert ran.returncode in codes, ran.stdout + ran.stderr
    return ran


def written(text):
    with open("main.tf", "w") as file:
        file.write(text)


def asked(text):
    written(text)
    code = terraform("plan", "-detailed-exitcode", "-out=plan", codes=(0, 2)).returncode
    plan = json.loads(terraform("show", "-json", "plan").stdout)
    actions = {action for change in plan["resource_changes"] for action in change["change"]["actions"]}
    stream = [json.loads(line) for line in terraform("plan", "-json").stdout.splitlines()]
    [summary] = [line["changes"] for line in stream if line["type"] == "change_summary"]
    counts = {name: count for name, count in summary.items() if count and name != "operation"}
    told = [line["change"]["action"] for line in stream if line["type"] == "planned_change"]
    assert plan["applyable"] is (code == 2)
    return code, counts, actions, told


written(web + port)
terraform("init")
terraform("apply", "-auto-approve")
seen = {
    "move": asked(web.replace("web", "api") + port + "moved {\n  from = terraform_data.web\n  to = terraform_data.api\n}\n"),
    "import": asked(web + port + 'resource "terraform_data" "old" {}\nimport {\n  to = terraform_data.old\n  id = "old"\n}\n'),
    "forget": asked(port + "removed {\n  from = terraform_data.web\n  lifecycle {\n    destroy = false\n  }\n}\n"),
    "output": asked(web + port.replace("80", "81")),
    "null": asked(web + port + 'output "host" { value = null }\n'),
    "destroy": asked(port),
}
for name, answers in seen.items():
    print(name, *answers)
assert seen == {
    "move": (2, {}, {"no-op"}, ["move"]),
    "import": (2, {"import": 1}, {"no-op"}, ["import"]),
    "forget": (2, {}, {"forget"}, ["remove"]),
    "output": (2, {}, {"no-op"}, []),
    "null": (0, {}, {"no-op"}, []),
    "destroy": (2, {"remove": 1}, {"delete"}, ["delete"]),
}
END_OF
python3 seen.py
