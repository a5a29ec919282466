#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# A saved plan has the configuration in it, so that apply does what was reviewed whatever has happened to the folder since; a resource that was taken out of main.tf is still made. The files that `file` and `templatefile` read are not in it. They are read
# anew at apply, and what becomes of a change depends on the place. In an argument that was known, and in a template before the first part that was not, such as an ARN, it is an error that calls itself "a bug in the provider". Behind such a part the new
# text is applied without a word, as it is in a provisioner and in an output with such a part. An output that was known keeps the reviewed text.
# Pipelines plan in one job and apply in another, from a checkout of their own: container definitions, policies and user data made by `templatefile` are those of the second checkout, and nobody has seen them.
# Seen: "reviewed" for the resource out of main.tf and for the known output; "later" with exit code 0 for the text behind an id, in a resource and an output, and for the provisioner; the error for the known argument and for the text before an id.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TF_CLI_CONFIG_FILE=/dev/null
mkdir "$folder/part" "$folder/known" "$folder/before"
cd "$folder/part"
cat > main.tf <<'END_OF'
resource "terraform_data" "role" {
  input = "reviewed"
}
resource "terraform_data" "container" {
  input = templatefile("container.tftpl", { role = terraform_data.role.id })
}
resource "terraform_data" "script" {
  provisioner "local-exec" {
    command = "echo ${file("text")} > ran"
  }
}
output "known" {
  value = file("text")
}
output "part" {
  value = "${terraform_data.role.id} ${file("text")}"
}
END_OF
write() {
  printf %s "$1" > text
  printf '${role} %s' "$1" > container.tftpl
}
terraform init > /dev/null
write reviewed
terraform plan -out=plan > /dev/null
write later
echo > main.tf
terraform apply plan > /dev/null
terraform show -json > state.json
echo 'resource "terraform_data" "policy" { input = file("text") }' > ../known/main.tf
cat > ../before/main.tf <<'END_OF'
resource "terraform_data" "role" {}
resource "terraform_data" "policy" {
  input = "${file("text")} ${terraform_data.role.id}"
}
END_OF
for case in known before; do
  cd "../$case"
  terraform init > /dev/null
  printf reviewed > text
  terraform plan -out=plan > /dev/null
  printf later > text
  code=0
  terraform apply -no-color plan > /dev/null 2> said || code=$?
  echo $code > code
done
python3 - <<'END_OF'
import json


def read(name):
    with open(f"../{name}") as file:
        return " ".join(file.read().replace("│", " ").split())


values = json.loads(read("part/state.json"))["values"]
resources = {one["name"]: one["values"] for one in values["root_module"]["resources"]}
role = resources["role"]["id"]
outputs = {name: one["value"] for name, one in values["outputs"].items()}
print(resources, outputs, read("part/ran"), read("known/said"), read("before/said"), sep="\n")
assert resources["role"]["output"] == "reviewed" and resources["container"]["output"] == f"{role} later"
assert outputs == {"known": "reviewed", "part": f"{role} later"} and read("part/ran") == "later"
for case in ("known", "before"):
    assert read(f"{case}/code") == "1" and "This is a bug in the provider" in read(f"{case}/said")
END_OF
