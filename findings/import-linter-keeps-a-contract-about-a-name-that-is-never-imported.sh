#!/usr/bin/env bash
# import-linter 2.17 with grimp 3.20 (2026-11), Python 3.11, 2026-11-28.
# A contract that names a module of one's own which is not there is an error, so a slip of the pen is found. With a package from
# outside it is not: any name is right, and a contract about one that is never imported is KEPT for good. The name has to be
# that of the import, and what stands in the requirements is often another one: forbidding `pyyaml`, `pillow` or `python-dateutil`
# forbids nothing. Whether the package is installed makes no difference.
# Seen: KEPT for pyyaml in a package that imports yaml, BROKEN for yaml, an error for a missing module of its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check import-linter==2.17 grimp==3.20 pyyaml==6.0.3
cd "$folder"
mkdir shop
touch shop/__init__.py
echo "import yaml" > shop/settings.py
codes=""
for name in pyyaml yaml shop.models; do
    cat > contract.ini <<END
[importlinter]
root_package = shop
include_external_packages = True

[importlinter:contract:yaml]
name = No YAML
type = forbidden
source_modules = shop.settings
forbidden_modules = $name
END
    code=0
    "$folder/venv/bin/lint-imports" --no-cache contract.ini > "$name" || code=$?
    codes="$codes $name $code"
done
echo "$codes"
[ "$codes" = " pyyaml 0 yaml 1 shop.models 1" ]
grep -q "No YAML KEPT" pyyaml
grep -q "No YAML BROKEN" yaml
if grep "No YAML" shop.models; then exit 1; fi
