#!/usr/bin/env bash
# @pulumi/pulumi 3.248.0 (npm) beside pulumi 3.272.0 (PyPI), Python 3.11, Node 20, 2026-11-29.
# `config.requireNumber("memory")` of a Pulumi program gives the number that a stack's settings have, and an error for what is none: "yes" is one. What begins with figures is a number in Node, whatever comes after: 0x10 is 0,
# 1,024 and 1_024 are 1, 512m is 512 and 10.0.0.5 is 10. In Python, with the same settings, all of these are errors, but for 1_024, which is 1024. A bool is the other way round: True, as Python writes it, is true for Python
# and an error for Node.
# Memory of 1,024 MiB so is 1 MiB without an error in the preview, the update is sent, and ECS or Docker are the first to say anything, where they have a lowest value.
# Seen: 0, 1, 1, 512 and 10 from requireNumber; four ConfigTypeError and 1024 from require_int; true and an error for "True".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pulumi==3.272.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund @pulumi/pulumi@3.248.0
export SETTINGS='{"a": "0x10", "b": "1,024", "c": "1_024", "d": "512m", "e": "10.0.0.5", "f": "yes", "g": "1024"}'
cat > seen.cjs <<'END_OF'
const pulumi = require("@pulumi/pulumi");

const settings = JSON.parse(process.env.SETTINGS);
const all = Object.entries({ ...settings, on: "True" }).map(([key, value]) => [`shop:${key}`, value]);
pulumi.runtime.setAllConfig(Object.fromEntries(all));
const config = new pulumi.Config("shop");

function read(method, key) {
  try {
    return config[method](key);
  } catch (error) {
    return "error";
  }
}

console.log(JSON.stringify([Object.keys(settings).map((key) => read("requireNumber", key)), read("requireBoolean", "on")]));
END_OF
node seen.cjs > node.json
cat > seen.py <<'END_OF'
import json
import os

import pulumi
from pulumi.runtime import set_all_config

settings = json.loads(os.environ["SETTINGS"])
set_all_config({f"shop:{key}": value for key, value in (settings | {"on": "True"}).items()})
config = pulumi.Config("shop")


def number(key):
    try:
        return config.require_int(key)
    except pulumi.ConfigTypeError:
        return "error"


of_python = [number(key) for key in settings], config.require_bool("on")
of_node = json.load(open("node.json"))
print(list(settings.values()), of_node, of_python, sep="\n")
assert of_node == [[0, 1, 1, 512, 10, "error", 1024], "error"]
assert of_python == (["error", "error", 1024, "error", "error", "error", 1024], True)
END_OF
venv/bin/python seen.py
