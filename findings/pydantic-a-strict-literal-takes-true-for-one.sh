#!/usr/bin/env bash
# pydantic 2.14.4 (2026-11), Python 3.11, 2026-11-29.
# CloudWatch keeps logs for 1, 3, 5, 7, ... days, which a setting says best as a Literal of these numbers. In a strict model an `int` takes
# no bool and no float. A Literal compares by equality, as Python's dictionaries do, so true is 1, false is 0 where it is a member, and 1.0 is 1,
# from Python and from JSON, strict or not: `log_retention_days = true`, meant as "yes, keep them", is one day, and the logs of the week before
# are gone. What comes out is the member, so nothing later can tell. The schema that pydantic writes for the field refuses true, so an editor
# and the program disagree. An IntEnum takes the same in a lax model, and from JSON in a strict one as well.
# Seen: 1 for true, 1.0 and both in JSON; four errors for the int; the enum's member but for a strict model in Python.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.4
"$folder/venv/bin/python" - <<'END_OF'
from enum import IntEnum
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, create_model


class Days(IntEnum):
    one = 1


def read(kind, value, strict=True):
    model = create_model("Logs", __config__=ConfigDict(strict=strict), days=(kind, ...))
    try:
        return model.model_validate_json(value).days if isinstance(value, str) else model(days=value).days
    except ValidationError:
        return "error"


texts = ['{"days": true}', '{"days": 1.0}']
literal = [read(Literal[1, 3, 5], value) for value in (True, 1.0, *texts)]
number = [read(int, value) for value in (True, 1.0, *texts)]
lax = [read(Days, value, strict=False) for value in (True, 1.0)]
strict = [read(Days, value) for value in (True, 1.0, *texts)]
schema = TypeAdapter(Literal[1, 3, 5]).json_schema()
print(literal, number, lax, strict, schema, sep="\n")
assert literal == [1] * 4 and all(type(days) is int for days in literal)
assert number == ["error"] * 4
assert lax == [1, 1] and strict == ["error", "error", 1, 1]
assert schema["type"] == "integer" and schema["enum"] == [1, 3, 5]
END_OF
