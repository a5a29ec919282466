#!/usr/bin/env bash
# tomlkit 0.15.2 (2026-10), Python 3.11, 2026-11-28.
# A table that is given to a key is written as a table, with a header of its own, and put where it does no harm: after the
# plain keys of its parent. Where the parent is written as dotted keys (`cache.nodes = 1`), the header is put right behind
# them, and every key below it that belonged to the parent's parent belongs to the new table from then on. Inside of a table the
# header lacks that table's name as well, so that the new one ends up at the top. The document in memory is right; only
# reading the file again shows it.
# Seen: `region` inside of the new table; [cache.limits] at the top and not in [shop].
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tomlkit==0.15.2
"$folder/venv/bin/python" - <<'END'
import tomllib

import tomlkit

top = tomlkit.parse("cache.nodes = 1\nregion = 'eu-central-1'\n")
top["cache"]["limits"] = {"cpu": 2}
print(tomlkit.dumps(top), "\n", tomllib.loads(tomlkit.dumps(top)))
assert top.unwrap() == {"cache": {"nodes": 1, "limits": {"cpu": 2}}, "region": "eu-central-1"}
assert tomllib.loads(tomlkit.dumps(top)) == {"cache": {"nodes": 1, "limits": {"cpu": 2, "region": "eu-central-1"}}}

inside = tomlkit.parse("[shop]\ncache.nodes = 1\n")
inside["shop"]["cache"]["limits"] = {"cpu": 2}
print(tomlkit.dumps(inside), "\n", tomllib.loads(tomlkit.dumps(inside)))
assert inside.unwrap() == {"shop": {"cache": {"nodes": 1, "limits": {"cpu": 2}}}}
assert tomllib.loads(tomlkit.dumps(inside)) == {"shop": {"cache": {"nodes": 1}}, "cache": {"limits": {"cpu": 2}}}
END
