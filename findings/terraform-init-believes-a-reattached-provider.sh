#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# TF_REATTACH_PROVIDERS names a provider that already runs, for debugging. `init` then does not install it, and does
# not ask it anything either: not whether somebody listens at the address, nor which version it is. A version that
# was never published is "successfully initialized", also with -lockfile=readonly, and no lock entry is written. A
# variable that was left over in an environment so makes an init that is good for nothing: the
# next command without it fails with an inconsistent lock file.
# Seen: exit code 0 for hashicorp/null >= 99.0.0 and no listener; no .terraform, no lock file; plan then fails.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END'
{"terraform": {"required_providers": {"null": {"source": "hashicorp/null", "version": ">= 99.0.0"}}},
 "resource": {"null_resource": {"it": {}}}}
END
reattach='{"registry.terraform.io/hashicorp/null": {"Protocol": "grpc", "ProtocolVersion": 5, "Pid": '$$', "Test": true,
  "Addr": {"Network": "unix", "String": "nobody-listens-here"}}}'
TF_REATTACH_PROVIDERS=$reattach terraform init -input=false -no-color -lockfile=readonly 2>/dev/null | grep 'successfully initialized'
TF_REATTACH_PROVIDERS=$reattach terraform init -input=false -no-color 2>/dev/null | grep 'successfully initialized'
echo "left behind: $(ls -A)"
[ "$(ls -A)" = main.tf.json ]
terraform plan -input=false -no-color >/dev/null 2>words || true
grep 'Inconsistent dependency lock file' words
