#!/usr/bin/env bash
# regopy 1.5.2 (rego-cpp, 2026-07) beside regorus 0.13.0 (gordon-to-regorus, 2026-10), Python 3.11, 2026-11-29.
# Both run policies in Rego within Python, without the `opa` of the language's makers, and are expected to answer alike. regopy compares numbers as numbers: 10 > 9 is true. But its `max`, `min` and `sort` go by the texts of the numbers:
# the largest of 9, 10 and 100 is 9, the smallest 10, and -1 comes first by the luck of its sign. Three more answers differ: null and the bools come last in a sorted list and not first, `object.union`
# replaces an inner object in place of uniting the two, and `concat` takes a set in the order in which it was written. Nothing raises or warns.
# A policy over a plan in JSON that stops at the largest number of changes, or at the most replicas of a service, is right as long as all of them have one figure; one that unites tags by default with those of a resource has lost the default ones.
# Seen, regopy then regorus: largest 9, 100; smallest 10, 9; sorted [-1, 10, 100, 9], [-1, 9, 10, 100]; [1, null, true], [null, true, 1]; tags without and with "env"; "b,a", "a,b"; 10 > 9 true from both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check regopy==1.5.2 gordon-to-regorus==0.13.0
cat > "$folder/seen.py" <<'END_OF'
import json

import regorus
from regopy import Interpreter

policy = """
package plan
import rego.v1

counts := [layer.changes | some layer in input.layers]
largest := max(counts)
smallest := min(counts)
sorted := sort([10, 9, 100, -1])
more if counts[1] > counts[0]
mixed := sort([true, 1, null])
united := object.union(input.defaults, input.own)
names := concat(",", {"b", "a"})
"""
given = {
    "layers": [{"changes": number} for number in (9, 10, 100)],
    "defaults": {"tags": {"env": "prod"}},
    "own": {"tags": {"team": "web"}},
}
interpreter = Interpreter()
interpreter.add_module("plan", policy)
interpreter.set_input(given)
by_regopy = json.loads(str(interpreter.query("x := data.plan")))["bindings"]["x"]
engine = regorus.Engine()
engine.add_policy("plan.rego", policy)
engine.set_input(given)
by_regorus = json.loads(json.dumps(engine.eval_query("data.plan")["result"][0]["expressions"][0]["value"]))
for name, answer in by_regorus.items():
    print(name, json.dumps(by_regopy[name]), json.dumps(answer))
same = {"counts": [9, 10, 100], "more": True}
assert by_regopy == {
    **same,
    "largest": 9,
    "smallest": 10,
    "sorted": [-1, 10, 100, 9],
    "mixed": [1, None, True],
    "united": {"tags": {"team": "web"}},
    "names": "b,a",
}
assert by_regorus == {
    **same,
    "largest": 100,
    "smallest": 9,
    "sorted": [-1, 9, 10, 100],
    "mixed": [None, True, 1],
    "united": {"tags": {"env": "prod", "team": "web"}},
    "names": "a,b",
}
END_OF
"$folder/venv/bin/python" "$folder/seen.py"
