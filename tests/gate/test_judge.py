"""The verdict on settings that are right and safe."""

from pathlib import Path

import tomli_w

from tests.gate.command import Command
from tests.modules.generated import with_secrets


def test_secrets_of_the_users_own_are_clean(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "local.toml"
    file.write_text(tomli_w.dumps(with_secrets().model_dump(exclude_none=True, by_alias=True)))
    answer = command("gate", file)
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.endswith("local: clean\n")
