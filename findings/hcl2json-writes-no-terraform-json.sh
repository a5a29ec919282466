#!/usr/bin/env bash
# @cdktf/hcl2json 0.21.0 and @cdktn/hcl2json 0.24.0, Node 20, with Terraform 1.11.4 on the PATH, 2026-11-28.
# It turns HCL into JSON, in the shape of Terraform's own JSON syntax: expressions as "${...}", blocks as lists. Most of it can be
# given to Terraform. Where Terraform JSON wants a bare reference or a type in the text, in depends_on, ignore_changes,
# replace_triggered_by and the type of a variable, the braces are there as well, and Terraform refuses what it had taken as HCL. Moving
# a project from .tf to .tf.json with it so works for plain arguments alone. Whole numbers above 2 to the 53rd are rounded too.
# Seen: the HCL is valid; of its JSON four places are refused; 12345678901234567890 became 12345678901234567000.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir hcl
cat > hcl/main.tf <<'END'
variable "ports" {
  type    = list(number)
  default = [80]
}
resource "terraform_data" "release" {
  input = 12345678901234567890
}
resource "terraform_data" "shop" {
  input      = var.ports
  depends_on = [terraform_data.release]
  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.release.id]
  }
}
END
(cd hcl && terraform init -input=false && terraform validate) >/dev/null 2>&1
for library in @cdktf/hcl2json@0.21.0 @cdktn/hcl2json@0.24.0; do
    name=${library%@*}
    mkdir -p "$name.dir"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$library"
    NAME=$name node -e '
const fs = require("fs");
require(process.env.NAME).parse("main.tf", fs.readFileSync("hcl/main.tf", "utf8")).then((parsed) => {
  fs.writeFileSync(`${process.env.NAME}.dir/main.tf.json`, JSON.stringify(parsed, null, 1));
  process.exit(0);
});'
    (cd "$name.dir" && terraform init -input=false; terraform -chdir="$folder/$name.dir" validate -json > "$folder/report.json") >/dev/null 2>&1 || true
    python3 - "$name.dir/main.tf.json" <<'END'
import json
import sys

written = json.load(open(sys.argv[1]))["resource"]["terraform_data"]["release"][0]["input"]
errors = [d for d in json.load(open("report.json"))["diagnostics"] if d["severity"] == "error"]
places = {d["snippet"]["context"].rsplit(".")[-1].split("[")[0] for d in errors}
print(sys.argv[1], sorted(places), written)
assert places == {"depends_on", "ignore_changes", "replace_triggered_by", "ports"}
assert written == 12345678901234567000
END
done
