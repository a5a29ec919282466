#!/usr/bin/env bash
# dockerfile-parse 2.0.1 (PyPI) beside dockerfile-ast 0.7.1 (npm), Python 3.11, Node 20, 2026-11-29.
# It is the reader of Dockerfiles that tools in Python use to learn on which image one is built and what it sets. Since BuildKit, RUN and COPY may
# carry a text of several lines, a here-document. dockerfile-parse takes each of its lines for an instruction: a file written that way which
# has a line with FROM in it is a further stage, and as the last stage counts, its word is the base image, and every ENV and LABEL of the real
# one is gone. A build argument with a default, ${VERSION:-3.12}, is put in with its default and the brace behind it. A check of base
# images, or a bot that raises them in ECR's pull-through cache, so looks at images that nobody builds on.
# Seen: parents python:3.13:-3.12}, build and alpine, base image alpine, no ENV; dockerfile-ast finds two stages and the ENV.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dockerfile-parse==2.0.1
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund dockerfile-ast@0.7.1
cat > Dockerfile <<'END_OF'
ARG VERSION=3.13
FROM python:${VERSION:-3.12} AS build
RUN pip install --no-cache-dir uvicorn
FROM build AS web
ENV PORT=8000
COPY <<EOT /usr/share/doc/example
FROM alpine
EOT
CMD ["uvicorn", "web:app"]
END_OF
cat > read.cjs <<'END_OF'
const { DockerfileParser } = require("dockerfile-ast");
const file = DockerfileParser.parse(require("fs").readFileSync("Dockerfile", "utf8"));
console.log(JSON.stringify([file.getFROMs().map((from) => from.getImage()), file.getENVs().length]));
END_OF
node read.cjs > node.json
venv/bin/python - <<'END_OF'
import json

from dockerfile_parse import DockerfileParser

python = DockerfileParser(path=".")
node = json.load(open("node.json"))
print(python.parent_images, python.baseimage, python.envs, node)
assert python.parent_images == ["python:3.13:-3.12}", "build", "alpine"]
assert python.baseimage == "alpine" and python.envs == {}
assert node == [["python:${VERSION:-3.12}", "build"], 1]
END_OF
