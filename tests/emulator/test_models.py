"""What the emulator reads of its packages' JSON, and the policies that AWS manages."""

import json
import subprocess
from pathlib import Path

import pytest

from strata.local import emulator
from tests import ROOT

pytestmark = pytest.mark.emulator

PARSED = """
import json, os, sys
from pathlib import Path
from emulator import models

models.LIBRARIES, models.KEPT = Path(sys.argv[1], "libraries"), Path(sys.argv[1], "kept")
source = models.LIBRARIES / "service" / "model.json"
asked = []

def read():
    asked.append(source.name)
    return source.read_bytes()

def said():
    before = len(asked)
    return [models.parsed(source, read), len(asked) - before]

def write(content):
    source.write_text(content)
    os.utime(source, ns=(0, 0))

write('{"b": [1, 2.5, null, true, "\\u00e9"], "a": {}}')
first, again = said(), said()
again[0]["b"].clear()
third = said()
source.write_text('{"b": [2, 2.5, null, true, "\\u00e9"], "a": {}}')
changed, written = said(), said()
write("[3]")
shorter = said()
write("[3, 4]")
longer = said()
[kept] = models.KEPT.iterdir()
content = kept.read_bytes()
torn = []
for length in (0, 1, len(content) - 1):
    kept.write_bytes(content[:length])
    torn.append(said())
    torn.append(said())
kept.unlink()
models.KEPT.rmdir()
models.KEPT.write_text("no folder")
unwritable = [said(), said()]
source = Path(sys.argv[1], "foreign.json")
write("[1]")
foreign = [said(), said()]
sizes = [shorter, longer]
print(json.dumps([first, again, third, changed, written, *sizes, torn, unwritable, foreign]))
"""


def test_a_file_is_parsed_once_for_all_processes_and_anew_when_it_or_its_copy_is_another(
    tmp_path: Path,
) -> None:
    (tmp_path / "libraries" / "service").mkdir(parents=True)
    text = _run(PARSED, str(tmp_path))
    first, again, third, changed, written, *sizes, torn, unwritable, foreign = json.loads(text)
    model = {"b": [1, 2.5, None, True, "\u00e9"], "a": {}}
    assert (first, again, third) == ([model, 1], [{**model, "b": []}, 0], [model, 0])
    assert list(first[0]) == list(third[0]) == ["b", "a"]
    model["b"] = [2, 2.5, None, True, "\u00e9"]
    assert (changed, written) == ([model, 1], [model, 0])
    assert sizes == [[[3], 1], [[3, 4], 1]]
    assert torn == [[[3, 4], 1], [[3, 4], 0]] * 3
    assert unwritable == [[[3, 4], 1]] * 2
    assert foreign == [[[1], 1]] * 2


LIBRARIES = """
import json
from botocore.loaders import JSONFileLoader, create_loader
from moto.utilities import utils

def read(load):
    sessions = create_loader()
    return json.dumps([
        [sessions.load_service_model(one, "service-2") for one in ("ec2", "rds", "sts")],
        sessions.load_service_model("ec2", "paginators-1"),
        sessions.load_data("endpoints"),
        JSONFileLoader().load_file("nowhere/at/all"),
        load("ec2/resources/instance_types.json"),
        load("ec2/resources/instance_type_offerings/region/eu-west-1.json.gz"),
        load("cognitoidp/resources/jwks-public.json"),
    ])

stock = read(utils.load_resource)
from emulator import models
models.keep()
print(read(utils.load_resource) == stock == read(utils.load_resource), len(stock) > 5_000_000)
"""


def test_botocore_and_moto_read_what_they_read_without_us() -> None:
    assert _run(LIBRARIES) == "True True\n"


POLICIES = """
import json, os
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
from moto.iam.models import IAMBackend

def read():
    backend = IAMBackend("aws-cn", "123456789012")
    unread = "managed_policies" not in vars(backend)
    policies = backend.aws_managed_policies
    named = [(one.arn, one.versions[0].document, str(one.create_date)) for one in policies]
    same = list(backend.managed_policies.values()) == policies
    role = backend.create_role("r", json.dumps({}), "/", None, "", {}, 3600)
    backend.attach_role_policy(named[0][0], "r")
    attached = [one.attachment_count for one in backend.managed_policies.values()]
    backend.reset()
    again = [one.attachment_count for one in backend.managed_policies.values()]
    return unread, (named, same, attached, again)

stock = read()
from emulator import managed
managed.hold()
ours = read()
print(stock[0], ours[0], stock[1] == ours[1], sum(ours[1][2]), sum(ours[1][3]), len(ours[1][0]))
"""


def test_the_policies_that_aws_manages_are_read_when_they_are_asked_for() -> None:
    stock, ours, same, attached, again, count = _run(POLICIES).split()
    assert (stock, ours, same, attached, again) == ("False", "True", "True", "1", "0")
    assert int(count) > 1000


def _run(code: str, *arguments: str) -> str:
    command = [str(emulator.python()), "-c", code, *arguments]
    return subprocess.check_output(command, cwd=ROOT, text=True)
