#!/usr/bin/env bash
# botocore 1.44.8 with regex 2026.11.19, Python 3.11, 2026-11-28.
# The service models give a `pattern` for many texts, which invites checking a name before AWS does. botocore
# itself never reads them, and they are not written for Python: 768 of 10,140 are errors to `re`, in
# 144 services, tag keys of IAM, ACM and CloudWatch Logs among them (classes such as \p{L}, ranges of surrogates,
# [\w-_], \z). The package `regex` still refuses 124, the texts of Auto Scaling for one. Nearly
# four of five lack an anchor at one end or both and mean the whole text all the same: `re.search` takes anything.
# Seen: these figures, and two wrong names that `search` takes and `fullmatch` does not.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8 regex==2026.11.19
"$folder/venv/bin/python" -W ignore - <<'END'
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import botocore
import regex


def refused(compile_it, pattern):
    try:
        compile_it(pattern)
    except (re.error, regex.error):
        return True
    return False


found = []
for file in Path(botocore.__file__).parent.glob("data/*/*/service-2.json.gz"):
    shapes = json.loads(gzip.decompress(file.read_bytes()))["shapes"]
    found += [(file.parts[-3], name, shape["pattern"]) for name, shape in shapes.items() if "pattern" in shape]
by_re = [entry for entry in found if refused(re.compile, entry[2])]
by_regex = [entry for entry in found if refused(regex.compile, entry[2])]
services = Counter(service for service, _, _ in by_re)
open_ends = [
    entry for entry in found if not (entry[2].startswith(("^", "\\A")) and entry[2].endswith(("$", "\\z", "\\Z")))
]
print(len(found), "patterns;", len(by_re), "refused by re in", len(services), "services;", len(by_regex), "by regex;")
print(len(open_ends), "open at an end")
assert (len(found), len(by_re), len(services), len(by_regex)) == (10140, 768, 144, 124)
assert len(open_ends) / len(found) > 0.75
assert {("iam", "tagKeyType"), ("acm", "TagKey"), ("logs", "TagKey")} <= {entry[:2] for entry in by_re}
assert any(service == "autoscaling" for service, _, _ in by_regex)
patterns = {entry[:2]: entry[2] for entry in found}
for key, wrong in ((("logs", "LogGroupName"), "my group"), (("iam", "roleNameType"), "my role")):
    search, whole = re.search(patterns[key], wrong), re.fullmatch(patterns[key], wrong)
    print(key, patterns[key], repr(wrong), "search:", bool(search), "fullmatch:", bool(whole))
    assert search and not whole
END
