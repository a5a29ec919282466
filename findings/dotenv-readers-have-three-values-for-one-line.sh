#!/usr/bin/env bash
# dotenv 18.0.10 (npm, 2026-11), `node --env-file` of Node 20 and python-dotenv 1.2.4, Python 3.11, Node 20, 2026-11-29.
# The file that ECS takes as `environmentFiles` has lines NAME=value, and its values are taken as they stand, marks and all. On a developer's
# machine the same file is read by a dotenv library, and its simple lines are expected to be simple for all. A password a#b is "a" for Node,
# for dotenv as for Node itself, and whole for Python. ${NAME} is filled in by Python alone. A mark at the beginning that nothing closes
# on its line, "un, is part of the value for dotenv; Node goes on to the next mark, two lines below, and makes one value of it all; Python finds
# the same end, cannot read on, and leaves out all three with a word in the log. So a service has one password at home, another in Python, and a third on ECS.
# Seen: for five lines, three different tables, and none of them is that of ECS.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-dotenv==1.2.4
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund dotenv@18.0.10
cat > shop.env <<'END_OF'
SHOP_PASSWORD=a#b
SHOP_USER=web
SHOP_GREETING=${SHOP_USER}!
SHOP_NOTE="un
SHOP_HOST=db
SHOP_SIGN="s"
END_OF
cat > read.cjs <<'END_OF'
const names = ["PASSWORD", "GREETING", "NOTE", "HOST", "SIGN"].map((name) => `SHOP_${name}`);
const values = process.argv[2] === "dotenv" ? require("dotenv").parse(require("fs").readFileSync("shop.env")) : process.env;
console.log(JSON.stringify(names.map((name) => values[name] ?? null)));
END_OF
node read.cjs dotenv > dotenv.json
node --env-file=shop.env read.cjs > node.json
venv/bin/python - 2>/dev/null <<'END_OF'
import json

from dotenv import dotenv_values

values = dotenv_values("shop.env")
python = [values.get(f"SHOP_{name}") for name in ("PASSWORD", "GREETING", "NOTE", "HOST", "SIGN")]
library, node = json.load(open("dotenv.json")), json.load(open("node.json"))
print("dotenv", library, "Node", node, "Python", python)
assert library == ["a", "${SHOP_USER}!", '"un', "db", "s"]
assert node == ["a", "${SHOP_USER}!", "un\nSHOP_HOST=db\nSHOP_SIGN=", None, None]
assert python == ["a#b", "web!", None, None, None]
END_OF
