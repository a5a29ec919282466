#!/usr/bin/env bash
# pydantic-settings 2.16.3 (2026-11) with pydantic 2.14.4, Python 3.11, 2026-11-28.
# Names of settings are compared without regard to case, so TAGS__CostCenter is found for the field `tags`. What comes after
# the delimiter is no name of a setting where the field is a map, but data: it is turned to small letters all the same, so a tag, a
# header or the name of a variable arrives under another key. The same map as JSON in the one variable TAGS keeps its keys,
# and with both given the map has the two spellings side by side.
# Seen: {"costcenter": ...} from the one form, {"CostCenter": ...} from the other, both keys from both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-settings==2.16.3 pydantic==2.14.4
"$folder/venv/bin/python" - <<'END'
import os

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    tags: dict[str, str] = {}


found = []
os.environ["TAGS__CostCenter"] = "42"
found.append(Settings().tags)
os.environ["TAGS"] = '{"CostCenter": "41"}'
found.append(Settings().tags)
del os.environ["TAGS__CostCenter"]
found.append(Settings().tags)
print(found)
assert found == [{"costcenter": "42"}, {"CostCenter": "41", "costcenter": "42"}, {"CostCenter": "41"}]
END
