#!/usr/bin/env bash
# @aws-lambda-powertools/jmespath 2.36.0 (npm) beside jmespath 1.1.0 (Python, as in boto3), Node 20, Python 3.11, 2026-11-28.
# Powertools for Lambda brings AWS' own JMESPath for Node, and one expects it to answer as the one of boto3 does. `sort` orders texts
# by language (a, A, b, Z) where the specification goes by code points (A, Z, a, b), so "the last one" is another. `not_null`,
# which gives the first of its arguments that is not null, gives null where that one is false. And `to_number` makes 0 of an empty text and 16 of 0x10, where
# Python's has null: a missing figure counts as zero.
# Seen: the four answers side by side.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jmespath==1.1.0
npm install --silent --no-audit --no-fund --prefix "$folder" @aws-lambda-powertools/jmespath@2.36.0
cd "$folder"
cat > questions.json <<'END'
[["sort(@)", ["b", "A", "a", "Z"]], ["not_null(own, general)", {"own": false, "general": true}],
 ["to_number(size)", {"size": ""}], ["to_number(size)", {"size": "0x10"}]]
END
node -e '
const { search } = require("@aws-lambda-powertools/jmespath");
console.log(JSON.stringify(require("./questions.json").map(([query, data]) => search(query, data))));' > node.json
"$folder/venv/bin/python" - <<'END'
import json

import jmespath

python = [jmespath.search(query, data) for query, data in json.load(open("questions.json"))]
node = json.load(open("node.json"))
print("python", python, "powertools", node)
assert python == [["A", "Z", "a", "b"], False, None, None]
assert node == [["a", "A", "b", "Z"], None, 0, 16]
END
