#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), with Terraform 1.11.4 on the PATH, 2026-11-28.
# `Fn.raw_string` is there to bring a text to Terraform as it was written. Used as a whole value it
# does so for `${` alone: quotes, backslashes and line ends are escaped as inside an HCL string,
# but a value of Terraform JSON is a template without quotes around it, where a backslash is nothing
# special. The text arrives with the added backslashes in it.
# Seen: `say "hi" to ${name}` arrives as `say \"hi\" to ${name}`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
for library in cdktf==0.21.0 cdktn==0.24.0; do
    name=${library%%=*}
    ${PYTHON:-python3.11} -m venv "$folder/$name"
    "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$library" constructs==10.7.2 jsii==1.142.0
    "$folder/$name/bin/python" - "$name" "$folder" <<'END'
import importlib
import json
import sys
from pathlib import Path

lib = importlib.import_module(sys.argv[1])
out = Path(sys.argv[2], sys.argv[1] + ".out")
app = lib.App(outdir=str(out))
stack = lib.TerraformStack(app, "stack")
lib.TerraformOutput(stack, "text", value=lib.Fn.raw_string("say \"hi\" to ${name}"), static_id=True)
app.synth()
END
done
command -v terraform >/dev/null || { echo "needs Terraform 1.11.4 on the PATH"; exit 1; }
for name in cdktf cdktn; do
    work="$folder/$name.out/stacks/stack"
    terraform -chdir="$work" init -input=false -backend=false >/dev/null
    "$folder/$name/bin/python" - "$work" <<'END'
import json
import sys
from pathlib import Path

# A backend that was not initialised would be asked for; this has no need of one.
file = Path(sys.argv[1], "cdk.tf.json")
document = json.loads(file.read_text())
document["terraform"].pop("backend", None)
file.write_text(json.dumps(document))
END
    terraform -chdir="$work" init -input=false >/dev/null
    terraform -chdir="$work" plan -input=false -out=saved >/dev/null
    arrived=$(terraform -chdir="$work" show -json saved | "$folder/$name/bin/python" -c '
import json, sys
print(json.load(sys.stdin)["planned_values"]["outputs"]["text"]["value"])')
    echo "$name: $arrived"
    [ "$arrived" = 'say \"hi\" to ${name}' ]
done
