"""The lock file in every stack's folder, and that Terraform heeds it."""

import re
import shutil
from pathlib import Path

import pytest

from strata.documents.layers import LAYERS
from strata.errors import StrataError
from strata.synthesis.lock_file import NAME, write
from strata.terraform.binary import terraform
from strata.terraform.plugins import PROVIDER, VERSION, terraform_environment
from strata.terraform.process import Terraform
from tests import ROOT

OURS = (ROOT / NAME).read_text()


def folders(out: Path) -> list[Path]:
    stacks = [out / "stacks" / f"local-{layer}" for layer in LAYERS]
    for folder in (*stacks, out / "composed" / "local"):
        folder.mkdir(parents=True)
    return [*stacks, out / "composed" / "local"]


def test_every_stack_that_is_synthesized_has_the_lock_file(synthesized: Path) -> None:
    stacks = [file.parent for file in synthesized.glob("*/*/cdk.tf.json")]
    assert len(stacks) == 4 * (len(LAYERS) + 1)
    assert {(folder / NAME).read_text() for folder in stacks} == {OURS}


def test_it_names_the_provider_of_the_bindings() -> None:
    assert f'provider "{PROVIDER}"' in OURS
    assert f'version     = "{VERSION}"' in OURS


def test_one_with_more_checksums_stays_and_any_other_is_replaced(tmp_path: Path) -> None:
    more, fewer, *_ = folders(tmp_path)
    longer = OURS.replace('    "zh:', '    "h1:of-another-platform",\n    "zh:', 1)
    (more / NAME).write_text(longer)
    (fewer / NAME).write_text(re.sub(r'    "zh:ff[^\n]*\n', "", OURS))
    before = (fewer / NAME).read_text()
    with (fewer / NAME).open() as reader:
        write(tmp_path, ["local"])
        assert reader.read() == before, "written under a Terraform that reads it"
    assert (more / NAME).read_text() == longer
    assert (fewer / NAME).read_text() == OURS


@pytest.mark.terraform
def test_terraform_takes_no_provider_with_another_checksum(
    synthesized: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "registry"
    shutil.copytree(synthesized / "composed" / "local", folder)
    tool = Terraform(terraform(), terraform_environment(), tmp_path / "logs")
    tool.init(folder)
    assert (folder / NAME).read_text() == OURS
    shutil.rmtree(folder / ".terraform")
    wrong = re.sub(r'"(h1|zh):.', r'"\1:0', OURS)
    (folder / NAME).write_text(wrong)
    with pytest.raises(StrataError, match="checksums"):
        tool.init(folder)
