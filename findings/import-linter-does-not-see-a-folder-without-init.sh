#!/usr/bin/env bash
# import-linter 2.17 with grimp 3.20 (2026-11), Python 3.11, 2026-11-28.
# Python imports a folder without __init__.py like any other package, and so do the programs in it. import-linter leaves it out
# of its graph, with all modules in it: a contract over the whole package is KEPT although a module there breaks it, and the
# count of analysed files is the only sign. Naming the folder in a contract is an error, which a contract over the package
# above it never meets. An empty __init__.py is enough to have the contract broken.
# Seen: KEPT with exit code 0; BROKEN with exit code 1 after `touch`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check import-linter==2.17 grimp==3.20
cd "$folder"
mkdir -p shop/core shop/jobs
touch shop/__init__.py shop/core/__init__.py
echo "import sqlite3" > shop/jobs/nightly.py
cat > contract.ini <<'END'
[importlinter]
root_package = shop
include_external_packages = True

[importlinter:contract:database]
name = Nothing talks to the database
type = forbidden
source_modules = shop
forbidden_modules = sqlite3
END
"$folder/venv/bin/python" -c 'import shop.jobs.nightly'
without=0 with=0
"$folder/venv/bin/lint-imports" --no-cache contract.ini > without || without=$?
touch shop/jobs/__init__.py
"$folder/venv/bin/lint-imports" --no-cache contract.ini > with || with=$?
grep -hE "Analyzed|Nothing talks.*(KEPT|BROKEN)" without with
echo "exit codes $without and $with"
[ "$without" = 0 ] && [ "$with" = 1 ]
