#!/usr/bin/env bash
# pydantic-settings 2.16.3 (2026-11) with pydantic 2.14.4, Python 3.11, 2026-11-28.
# A setting that may be one text or a list of texts, `str | list[str]`, takes its list from the environment as JSON and
# any other value as it is. "Any other" means what is no JSON at all: an account number, a password of figures, 1e3 and true are JSON too, are
# decoded, and refused since a number is no text. null is worse: no error, the default in its place; and a text in quotation marks
# loses them. A plain `str` has none of this, so adding "or a list" to a setting breaks values that worked.
# Seen: errors for 123456789012, 1e3 and true; the default for null; abc and 007 as they are.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-settings==2.16.3 pydantic==2.14.4
"$folder/venv/bin/python" - <<'END'
import os

from pydantic import ValidationError
from pydantic_settings import BaseSettings


class Plain(BaseSettings):
    owner: str = "default"


class Either(BaseSettings):
    owner: str | list[str] = "default"


def read(model, value):
    os.environ["OWNER"] = value
    try:
        return model().owner
    except ValidationError as error:
        return error.errors()[0]["msg"]


VALUES = ["abc", "007", '["a", "b"]', "123456789012", "1e3", "true", "null", '"abc"']
plain, either = ({value: read(model, value) for value in VALUES} for model in (Plain, Either))
print(either)
assert all(plain[value] == value for value in VALUES)
assert either["abc"] == "abc" and either["007"] == "007" and either['["a", "b"]'] == ["a", "b"]
assert {either[value] for value in ("123456789012", "1e3", "true")} == {"Input should be a valid string"}
assert either["null"] == "default" and either['"abc"'] == "abc"
END
