#!/usr/bin/env bash
# cyclonedx-python-lib 11.12.0, Python 3.11, 2026-11-29.
# It is CycloneDX's own library for Python, and writes a bill of materials that it read (`Bom.from_json`), to merge two or to add a property. What it does not keep is expected to be an error or a warning. `compositions`, where a scanner
# says that its list of components is incomplete, is dropped without a word, and so are `provides` of a dependency (which library of cryptography stands behind which interface) and `formulation`. A vulnerability without a reference
# gets one by chance, so that the same file is another each time, and components are sorted anew.
# After such a step the list reads as whole: a policy that lets no incomplete one through, or a customer who asks, is told nothing, and a build that compares its bill with the last one always finds a change.
# Seen: no compositions, provides and formulation in what is written; the same serial number and version; two readings that differ in the bom-ref of the vulnerability alone; no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cyclonedx-python-lib==11.12.0
cat > "$folder/seen.py" <<'END_OF'
import json
import warnings

from cyclonedx.model.bom import Bom
from cyclonedx.output.json import JsonV1Dot6

given = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 3,
    "metadata": {"timestamp": "2026-11-29T10:00:00+00:00"},
    "components": [
        {"type": "library", "bom-ref": "web", "name": "web", "version": "1"},
        {"type": "library", "bom-ref": "tls", "name": "tls", "version": "1"}],
    "dependencies": [{"ref": "web", "dependsOn": ["tls"]}, {"ref": "tls", "provides": ["web"]}],
    "compositions": [{"aggregate": "incomplete", "assemblies": ["web"]}],
    "formulation": [{"bom-ref": "build"}],
    "vulnerabilities": [{"id": "CVE-2026-1", "affects": [{"ref": "web"}]}],
}


def written():
    return json.loads(JsonV1Dot6(Bom.from_json(given)).output_as_string())


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    first, second = written(), written()
print(json.dumps(first))
print([str(warning.message) for warning in said])
assert not said
assert "compositions" not in first and "formulation" not in first
assert not any("provides" in dependency for dependency in first["dependencies"])
assert (first["serialNumber"], first["version"]) == (given["serialNumber"], 3)
references = [bom["vulnerabilities"][0].pop("bom-ref") for bom in (first, second)]
assert references[0] != references[1] and first == second
assert [component["name"] for component in first["components"]] == ["tls", "web"]
END_OF
"$folder/venv/bin/python" "$folder/seen.py"
