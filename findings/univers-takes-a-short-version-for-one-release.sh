#!/usr/bin/env bash
# univers 32.0.1 (PyPI, of the PURL project) beside semver 7.8.6 (npm) and packaging 26.4 (PyPI), Python 3.11, Node 20, 2026-11-29.
# It reads the ranges of versions that each ecosystem writes (`NpmVersionRange.from_native`) into one notation, vers, with which advisories say which releases are affected. A range is expected to hold what it holds in its own ecosystem, or to be refused, as
# "~=1.4" of PyPI is. In npm parts that are left out are all of them: "1" is every 1.x, ">1" begins at 2.0.0, "<=1" has all of 1. univers fills them up with zeros and has one release, 1.0.0, or the wrong side of it; with ^, ~, a dash or an x it does as npm.
# Of PyPI "<2.0" has 2.0rc1, which PEP 440 leaves out, and "==1.0" lacks 1.0+cu118, the same release as others built it. A single version of Maven, "1.0", is the range vers:maven/None, which has nothing in it.
# An advisory for "<1 || 2" is so taken for one about 2.0.0 alone, and the 2.4.0 in the image for sound; a range ">1" of sound releases has 1.5.0.
# Seen: another answer than that of the ecosystem for each of the eleven, none refused; the same one for "^1", "~1", "1 - 2", "1.x" and ">=1,<2".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
${PYTHON:-python3.11} -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check univers==32.0.1 packaging==26.4
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund semver@7.8.6
cat > seen.py <<'END_OF'
import json
import subprocess

from packaging.specifiers import SpecifierSet
from univers.version_range import MavenVersionRange, NpmVersionRange, PypiVersionRange

NPM = [("1", "1.5.0"), ("1.2", "1.2.7"), ("1 || 2", "1.5.0"), ("<1 || 2", "2.4.0"), (">=1 <=2", "2.5.0"), (">1", "1.5.0"), ("<=1", "1.5.0")]
NPM_ALIKE = [("^1", "1.5.0"), ("~1", "1.9.0"), ("1 - 2", "2.5.0"), ("1.x", "1.5.0"), ("1 || 2", "2.0.0")]
PYPI = [("<2.0", "2.0rc1"), ("==1.0", "1.0+cu118"), ("<=2.0", "2.0+cu118")]
PYPI_ALIKE = [(">=1,<2", "1.5"), ("!=1.5", "1.5")]


def of_univers(kind, text, version):
    made = kind.from_native(text)
    return str(made), made.version_class(version) in made


def of_npm(pairs):
    script = """
    const { satisfies } = require("semver");
    console.log(JSON.stringify(JSON.parse(process.argv[1]).map(([range, version]) => satisfies(version, range))));
    """
    return json.loads(subprocess.run(["node", "-e", script, json.dumps(pairs)], check=True, capture_output=True, text=True).stdout)


def of_packaging(pairs):
    return [SpecifierSet(text).contains(version, prereleases=True) for text, version in pairs]


for kind, pairs, right, alike in (
    (NpmVersionRange, NPM, of_npm(NPM), False),
    (NpmVersionRange, NPM_ALIKE, of_npm(NPM_ALIKE), True),
    (PypiVersionRange, PYPI, of_packaging(PYPI), False),
    (PypiVersionRange, PYPI_ALIKE, of_packaging(PYPI_ALIKE), True),
):
    for (text, version), answer in zip(pairs, right, strict=True):
        made, contains = of_univers(kind, text, version)
        print(f"{text!r} as {made}: {version} {contains}, in its ecosystem {answer}")
        assert (contains == answer) is alike
assert of_univers(NpmVersionRange, "<1 || 2", "2.0.0") == ("vers:npm/<1.0.0|2.0.0", True)
assert of_univers(MavenVersionRange, "1.0", "1.0") == ("vers:maven/None", False)
assert of_univers(MavenVersionRange, "[1.0]", "1.0") == ("vers:maven/1.0", True)
END_OF
venv/bin/python seen.py
