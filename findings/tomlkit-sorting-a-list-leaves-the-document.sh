#!/usr/bin/env bash
# tomlkit 0.15.2 (2026-10), Python 3.11, 2026-11-28.
# An array of a document is a list of Python, and what is done to it is done to the document: append, insert, pop, reverse.
# `sort` and `*=` are the exceptions. The list has the new order and says so when it is printed or compared, while the
# document is written as it was. A tool that keeps a list of names sorted reports success, changes nothing, and so
# does every check that looks at the object and not at the file. `d[key] = sorted(d[key])` works.
# Seen: [1, 2, 3] in memory and [3, 1, 2] in the text after sort; the text right after reverse.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tomlkit==0.15.2
"$folder/venv/bin/python" - <<'END'
import tomlkit

written = {}
for name, change in {"sort": lambda a: a.sort(), "double": lambda a: a.__imul__(2), "reverse": lambda a: a.reverse()}.items():
    document = tomlkit.parse("zones = [3, 1, 2]\n")
    change(document["zones"])
    written[name] = (document["zones"].unwrap(), tomlkit.dumps(document).strip())
    print(name, *written[name])
assert written["sort"] == ([1, 2, 3], "zones = [3, 1, 2]")
assert written["double"] == ([3, 1, 2, 3, 1, 2], "zones = [3, 1, 2]")
assert written["reverse"] == ([2, 1, 3], "zones = [2, 1, 3]")
END
