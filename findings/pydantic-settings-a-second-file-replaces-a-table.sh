#!/usr/bin/env bash
# pydantic-settings 2.16.3 with pydantic 2.14.4, PyYAML 6.0.4, Python 3.11, 2026-11-29.
# Settings of several places are put together member by member: a variable DB__HOST changes the host of a table [db] in a file and leaves its port. With `toml_file=["base.toml", "prod.toml"]`, what an environment has of its own over what all have, the same is
# expected, and so it is with two files in `env_file`. Of two TOML files, and of two in YAML or JSON, the later one's table takes the place of the earlier one's: a member that only the base has is the default of the class again. There is a `deep_merge`, off, as
# an argument of the source and not in SettingsConfigDict, and two sources of one file each are put together as expected. A file that is not there is passed over in all cases.
# base.toml says pool = 50, TLS and a timeout, prod.toml the host, and production has the class's defaults; a field without a default is the only one that says anything.
# Seen: port 5432, the default, for two files in TOML, YAML and JSON, with DB__HOST beside them too; port 6000 of the base for deep_merge, for two sources, for two env_files and for one file with DB__HOST; no word about a file that is not there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-settings==2.16.3 pydantic==2.14.4 PyYAML==6.0.4
cd "$folder"
cat > seen.py <<'END_OF'
import json
import os
import warnings
from pathlib import Path

from pydantic import BaseModel
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
    YamlConfigSettingsSource,
)

warnings.simplefilter("error")
BASE, OWN = {"host": "base", "port": 6000}, {"host": "own"}
for name, table in (("base", BASE), ("own", OWN)):
    Path(f"{name}.toml").write_text("[db]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items()))
    for kind in ("yaml", "json"):
        Path(f"{name}.{kind}").write_text(json.dumps({"db": table}))
    Path(f"{name}.env").write_text("".join(f"DB__{key.upper()}={value}\n" for key, value in table.items()))


class Database(BaseModel):
    host: str = "none"
    port: int = 5432


def read(*sources, **config):
    class Settings(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__", **config)
        db: Database = Database()

        @classmethod
        def settings_customise_sources(cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings):
            return env_settings, dotenv_settings, *(source(settings_cls) for source in sources)

    db = Settings().db
    print(config, db)
    return db.host, db.port


replaced, merged = ("own", 5432), ("own", 6000)
for kind, source in (("toml", TomlConfigSettingsSource), ("yaml", YamlConfigSettingsSource), ("json", JsonConfigSettingsSource)):
    files = [f"base.{kind}", f"own.{kind}"]
    assert read(source, **{f"{kind}_file": files}) == replaced
    assert read(source, **{f"{kind}_file": [files[0], f"mistyped.{kind}"]}) == ("base", 6000)
    assert read(lambda cls: source(cls, files, deep_merge=True)) == merged
    assert read(lambda cls: source(cls, files[1]), lambda cls: source(cls, files[0])) == merged
    os.environ["DB__HOST"] = "variable"
    assert read(source, **{f"{kind}_file": files[0]}) == ("variable", 6000)
    assert read(source, **{f"{kind}_file": files}) == ("variable", 5432)
    del os.environ["DB__HOST"]
assert read(env_file=["base.env", "own.env"]) == merged
assert read(env_file=["base.env", "mistyped.env"]) == ("base", 6000)
END_OF
venv/bin/python seen.py
