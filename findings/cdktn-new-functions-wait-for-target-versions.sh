#!/usr/bin/env bash
# cdktn 0.24.0 (Python), the successor of cdktf, 2026-11-28.
# It brings ephemeral resources and seven functions that cdktf lacks, such as `Fn.templatestring`, and refuses them
# all at synthesis as they come: a project is taken to run on every Terraform since 1.5.7 and every OpenTofu
# since 1.6.0, unless the context `targetVersions` says otherwise. What the stack requires of Terraform
# (`required_version`) does not count, nor does the Terraform on the PATH; "~>" is refused. Some functions only
# one of the two has, so that they need a target which names that one alone. The same call as text in
# "${...}" passes.
# Seen: errors for each of the three, for urldecode with Terraform as the target too; none as text or with the context.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cdktn==0.24.0 constructs==10.7.2 jsii==1.142.0
"$folder/venv/bin/python" - "$folder" <<'END'
import itertools
import sys
from pathlib import Path

import cdktn

count = itertools.count()


def function(stack):
    cdktn.TerraformLocal(stack, "text", cdktn.Fn.templatestring("${local.form}", {"a": 1}))


def text(stack):
    cdktn.TerraformLocal(stack, "text", "${templatestring(local.form, {a = 1})}")


def ephemeral(stack):
    cdktn.TerraformEphemeralResource(stack, "word", terraform_resource_type="random_password")


def of_opentofu(stack):
    cdktn.TerraformLocal(stack, "text", cdktn.Fn.urldecode("a%2Fb"))


def synth(build, **targets):
    context = {"targetVersions": targets} if targets else None
    app = cdktn.App(outdir=str(Path(sys.argv[1], f"out{next(count)}")), context=context)
    stack = cdktn.TerraformStack(app, "stack")
    stack.add_override("terraform.required_version", ">= 1.11.4")
    build(stack)
    try:
        app.synth()
        answer = "done"
    except RuntimeError as error:
        answer = "; ".join(line.strip() for line in str(error).splitlines() if "[stack" in line)
    print(build.__name__, targets, "-", answer)
    return answer


assert "requires terraform >=1.9.0, but the project targets terraform >=1.5.7" in synth(function)
assert "requires terraform >=1.10.0, but the project targets terraform >=1.5.7" in synth(ephemeral)
assert 'function "urldecode" is not supported by terraform' in synth(of_opentofu)
assert 'function "urldecode" is not supported by terraform' in synth(of_opentofu, terraform="1.11.4", opentofu=">=1.7")
assert "uses Terraform provider constraint syntax" in synth(function, terraform="~> 1.11")
assert synth(text) == "done"
assert synth(function, terraform="1.11.4") == "done"
assert synth(ephemeral, terraform="~1.11") == "done"
assert synth(of_opentofu, opentofu=">=1.7") == "done"
END
