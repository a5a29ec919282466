#!/usr/bin/env bash
# packaging 26.4 and semver 3.1.2 (PyPI), semver 7.8.6 (npm), natsort 8.4.0, Python 3.11, Node 20, 2026-11-29.
# Images in ECR are often tagged with a version and the number of the build, 1.4.0-2. To choose the newest tag, or those that a rollback may go to, one
# takes the library of versions at hand, and expects a hyphen to mean one thing. To Python's packaging a number behind it is a release that came after,
# 1.4.0.post2, above 1.4.0 and no pre-release; to both libraries of semantic versions it is a pre-release, below 1.4.0, and in no range:
# ^1.3.0 finds 1.3.9 and neither of the builds. With a word, 1.4.0-rc1, all of them agree, so a test with that does not show it. A deployer in Python
# so goes on to 1.4.0-10 where a bot in Node stays at 1.4.0, each without a warning.
# Seen: the newest of four tags: 1.4.0-10 (packaging and natsort), 1.4.0 (both semver); 1.3.9 for ^1.3.0; Version("1.4.0-2") is 1.4.0.post2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check packaging==26.4 semver==3.1.2 natsort==8.4.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund semver@7.8.6
node -e '
const semver = require("semver");
const tags = ["1.4.0", "1.4.0-1", "1.4.0-2", "1.4.0-10"];
console.log(JSON.stringify([tags.sort(semver.compare).at(-1), semver.maxSatisfying(["1.3.9", "1.4.0-2", "1.4.0-10"], "^1.3.0"),
  semver.gt("1.4.0", "1.4.0-rc1")]));' > node.json
venv/bin/python - <<'END_OF'
import json

import natsort
import semver
from packaging.version import Version

tags = ["1.4.0", "1.4.0-1", "1.4.0-2", "1.4.0-10"]
newest = {
    "packaging": max(tags, key=Version),
    "semver": max(tags, key=semver.Version.parse),
    "natsort": natsort.natsorted(tags)[-1],
}
node = json.load(open("node.json"))
print(newest, node, Version("1.4.0-2"))
assert newest == {"packaging": "1.4.0-10", "semver": "1.4.0", "natsort": "1.4.0-10"}
assert node == ["1.4.0", "1.3.9", True]
assert str(Version("1.4.0-2")) == "1.4.0.post2" and not Version("1.4.0-2").is_prerelease
assert Version("1.4.0-rc1") < Version("1.4.0")
assert semver.Version.parse("1.4.0-rc1") < semver.Version.parse("1.4.0")
END_OF
