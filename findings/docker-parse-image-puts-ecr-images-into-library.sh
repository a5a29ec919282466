#!/usr/bin/env bash
# docker-parse-image 3.0.1 (npm) beside docker-image-py 0.2.0 (PyPI, 2026-06), Node 20, Python 3.11, 2026-11-29.
# "library" is where Docker Hub keeps the images without a namespace. docker-parse-image adds it for every registry: the `fullname` of an image
# of ECR whose repository is called `shop` names a repository `library/shop`, which is not there, so a deployment that
# registers the full name pulls nothing. With a tag and a digest, the form that pins an image and says which one it was, the digest stays in the tag;
# of a digest alone it makes a tag, `shop:sha256:...`, which is no reference at all. docker-image-py reads all three rightly.
# Seen: library/shop; tag 1.2@sha256:...; shop:sha256:...; of the other library, tag 1.2 and the digest.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check docker-image-py==0.2.0
npm install --silent --no-audit --no-fund --prefix "$folder" docker-parse-image@3.0.1
cd "$folder"
cat > parse.cjs <<'END_OF'
const parse = require("docker-parse-image");
console.log(JSON.stringify(process.argv.slice(2).map((name) => (parse.default ?? parse)(name))));
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import json
import subprocess

from docker_image.reference import Reference

registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
digest = "sha256:" + "a" * 64
names = [f"{registry}/shop:1.2", f"{registry}/shop:1.2@{digest}", f"shop@{digest}"]
run = subprocess.run(["node", "parse.cjs", *names], capture_output=True, text=True, check=True)
plain, both, pinned = json.loads(run.stdout)
python = [Reference.parse(name) for name in names]
print(plain["fullname"], both["tag"], pinned["fullname"], sep="\n")
assert plain["fullname"] == f"{registry}/library/shop:1.2"
assert both["tag"] == f"1.2@{digest}"
assert pinned["fullname"] == f"library/shop:{digest}"
assert [one["tag"] for one in python] == ["1.2", "1.2", None] and python[1]["digest"] == digest
END_OF
