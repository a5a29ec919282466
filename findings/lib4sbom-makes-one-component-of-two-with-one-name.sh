#!/usr/bin/env bash
# lib4sbom 0.10.4 (PyPI, 2026), Python 3.11, 2026-11-29.
# It reads bills of materials in CycloneDX and SPDX and writes either, and tools that compare, merge or convert them stand on it. A component is known by its bom-ref, and by its purl; names repeat, since "requests" is in PyPI and in npm, and the packages
# of two scopes of npm may both be called "core". Here components are kept by name and version: of two that share both the second takes the place of the first, with what belonged to the first pointed at it, and nothing says so. A vulnerability of the first
# is still written, for a reference that is no component any more, and has details that nobody gave: NVD as its source, dates of today, the state "in_triage".
# A bill that is converted for a customer, or compared with the last release, lacks packages; a scanner that goes by purl does not look for what is in the image, and the one thing that is known to be wrong cannot be assigned.
# Seen: 2 of 4 components, pkg:npm/requests and @other/core, after reading CycloneDX and writing CycloneDX or SPDX; the dependency of the first "requests" at the second; CVE-2026-1 with "affects" a reference that is not there, source NVD and "in_triage"; no warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check lib4sbom==0.10.4
cd "$folder"
cat > seen.py <<'END_OF'
import contextlib
import io
import json
import warnings

from lib4sbom.generator import SBOMGenerator
from lib4sbom.parser import SBOMParser


def library(ref, purl, name, **more):
    return {"type": "library", "bom-ref": ref, "name": name, "version": "2.0", "purl": purl, **more}


given = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
    "metadata": {"component": {"type": "application", "bom-ref": "shop", "name": "shop", "version": "1"}},
    "components": [
        library("of-python", "pkg:pypi/requests@2.0", "requests"),
        library("of-node", "pkg:npm/requests@2.0", "requests"),
        library("own", "pkg:npm/%40shop/core@2.0", "core", group="@shop"),
        library("other", "pkg:npm/%40other/core@2.0", "core", group="@other"),
    ],
    "dependencies": [{"ref": "shop", "dependsOn": ["of-python", "other"]}, {"ref": "of-python", "dependsOn": ["own"]}],
    "vulnerabilities": [{"id": "CVE-2026-1", "affects": [{"ref": "of-python"}]}],
}
with open("given.cdx.json", "w") as file:
    json.dump(given, file)


def written(form):
    parser = SBOMParser()
    parser.parse_file("given.cdx.json")
    SBOMGenerator(sbom_type=form, format="json").generate("shop", parser.get_sbom(), filename=f"{form}.json")
    with open(f"{form}.json") as file:
        return json.load(file)


said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said), warnings.catch_warnings(record=True) as warned:
    warnings.simplefilter("always")
    cyclonedx, spdx = written("cyclonedx"), written("spdx")
kept = ["pkg:npm/requests@2.0", "pkg:npm/%40other/core@2.0"]
purls = [one["purl"] for one in cyclonedx["components"]]
of_spdx = [reference["referenceLocator"] for one in spdx["packages"] for reference in one.get("externalRefs", [])]
[vulnerability] = cyclonedx["vulnerabilities"]
print(purls, of_spdx, cyclonedx["dependencies"], json.dumps(vulnerability), said.getvalue())
assert purls == of_spdx == kept and len(spdx["packages"]) == 2
assert {"ref": "of-node", "dependsOn": ["other"]} in cyclonedx["dependencies"]
assert vulnerability["affects"] == [{"ref": "of-python"}]
assert "of-python" not in {one["bom-ref"] for one in cyclonedx["components"]}
assert vulnerability["source"]["name"] == "NVD" and vulnerability["analysis"]["state"] == "in_triage"
assert not said.getvalue() and not [one for one in warned if issubclass(one.category, UserWarning)]
END_OF
venv/bin/python seen.py
