#!/usr/bin/env bash
# PyYAML 6.0.4 (Python) and yaml 2.9.1 (npm, 2026-09), beside ruamel.yaml 0.18.17 and js-yaml 5.5.0 (2026-10), Python 3.11, Node 20, 2026-11-29.
# Whoever writes a file with a YAML library relies on it for the quotation marks: a text must come back as a text. Both put them only where their
# own version of YAML would take the text for something else. PyYAML (1.1) leaves the account number 012345678901 bare, since 8 and 9 are no
# octal figures, the short commit 1234e56, which tags an image, and 089: to readers of 1.2, also Terraform's, they are numbers, an account
# loses its zero and the commit is 1.234e+59. yaml (1.2) leaves NO, on and 22:22 bare: to PyYAML, and the tools of AWS that use it, they are false,
# true and 1342. A template written by a pipeline in one language and read in the other is valid, and of another account.
# Seen: both tables; js-yaml quotes all nine and so is safe for both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyyaml==6.0.4 ruamel.yaml==0.18.17
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund yaml@2.9.1 js-yaml@5.5.0
venv/bin/python - <<'END_OF'
import yaml

texts = ["012345678901", "1234e56", "089", "NO", "on", "22:22"]
open("python.yaml", "w").write(yaml.safe_dump(texts))
END_OF
cat > cross.cjs <<'END_OF'
const fs = require("fs");
const yaml = require("yaml");
const jsyaml = require("js-yaml");
const texts = ["012345678901", "1234e56", "089", "NO", "on", "22:22", "y", "2026-11-29", "1_000"];
fs.writeFileSync("node.yaml", yaml.stringify(texts));
fs.writeFileSync("js-yaml.yaml", jsyaml.dump(texts));
const source = fs.readFileSync("python.yaml", "utf8");
console.log(JSON.stringify([yaml.parse(source), jsyaml.load(source)]));
END_OF
node cross.cjs > node.json
venv/bin/python - <<'END_OF'
import json

import yaml
from ruamel.yaml import YAML

first, second = json.load(open("node.json"))
third = list(YAML(typ="safe", pure=True).load(open("python.yaml").read()))
print("written by PyYAML, read by yaml", first, "js-yaml", second, "ruamel.yaml", third)
assert first == second == [12345678901, 1.234e59, 89, "NO", "on", "22:22"]
assert third[:1] == [12345678901] and third[3:] == ["NO", "on", "22:22"]
back = yaml.safe_load(open("node.yaml"))
safe = yaml.safe_load(open("js-yaml.yaml"))
print("written by yaml, read by PyYAML", back, "written by js-yaml", safe)
assert back[:3] == ["012345678901", "1234e56", "089"]
assert back[3:6] == [False, True, 1342]
assert back[8] == 1000 and not isinstance(back[7], str)
assert safe == ["012345678901", "1234e56", "089", "NO", "on", "22:22", "y", "2026-11-29", "1_000"]
END_OF
