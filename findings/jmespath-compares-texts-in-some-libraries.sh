#!/usr/bin/env bash
# jmespath 1.1.0 (Python, 2026-01; botocore's and the AWS CLI's), jmespath 0.16.0, @jmespath-community/jmespath 1.3.0 and
# @aws-lambda-powertools/jmespath 2.36.0 (npm), Node 20, Python 3.11, 2026-11-28.
# "Everything since a day" as a query, [?startedAt > '2026-11'], works with `--query` and in boto3: Python's library orders
# texts. The specification orders numbers alone and has null for the rest, so the same query, tried on the command line and taken to a
# Lambda function with AWS' own Powertools, or to the community's library, is no error and finds nothing. The oldest library
# of npm finds the entry, as JavaScript orders everything, true and lists as well.
# Seen: one entry from Python and from jmespath of npm, none from the two others.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jmespath==1.1.0
npm install --silent --no-audit --no-fund --prefix "$folder" jmespath@0.16.0 @jmespath-community/jmespath@1.3.0 \
    @aws-lambda-powertools/jmespath@2.36.0
cd "$folder"
cat > ask.cjs <<'END'
const query = "[?startedAt > '2026-11'].id";
const tasks = [{ id: 1, startedAt: "2026-10-30" }, { id: 2, startedAt: "2026-11-20" }];
const answers = {
  npm: require("jmespath").search(tasks, query),
  community: require("@jmespath-community/jmespath").search(tasks, query),
  powertools: require("@aws-lambda-powertools/jmespath").search(query, tasks),
};
console.log(JSON.stringify(answers));
END
node ask.cjs > answers.json
"$folder/venv/bin/python" - <<'END'
import json

import jmespath

tasks = [{"id": 1, "startedAt": "2026-10-30"}, {"id": 2, "startedAt": "2026-11-20"}]
answers = {"python": jmespath.search("[?startedAt > '2026-11'].id", tasks), **json.load(open("answers.json"))}
print(answers)
assert answers == {"python": [2], "npm": [2], "community": [], "powertools": []}
END
