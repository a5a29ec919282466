"""What the emulator looks up once is what moto looks up each time."""

import json
import subprocess

import pytest

from strata.local import emulator
from tests import ROOT

pytestmark = pytest.mark.emulator

LOOKUPS = """
import gc, json
from types import SimpleNamespace

gc.disable()
from emulator import models

models.keep()
from moto.backends import get_backend
from moto.core.serialize import QuerySerializer, XFormedAttributePicker
from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.ssm.models import SimpleSystemManagerBackend

ssm = SimpleSystemManagerBackend("eu-west-1", "123456789012")
for name, kind in (("a", "String"), ("/a/b", "SecureString"), ("/b", "String")):
    ssm.put_parameter(name, "", "v", kind, None, None, False, [], "text", None, None)
FILTERS = [
    [], [{}],
    [{"Key": "Name", "Values": ["/a"]}],
    [{"Key": "Name", "Option": "Equals", "Values": ["a/b", "b", "none"]}],
    [{"Key": "Name"}],
    [{"Key": "Name", "Option": "Contains", "Values": ["b"]}],
    [{"Key": "Name", "Option": "BeginsWith", "Values": ["/a"]}],
    [{"Key": "Name", "Values": ["a", "b"]}, {"Key": "Type", "Values": ["String"]}],
    [{"Key": "Type", "Values": ["SecureString"]}, {"Key": "Name", "Values": ["/a/b", "/b"]}],
    [{"Key": "Name", "Values": ["a", "b"]}, {"Key": "tag:none", "Values": ["c"]}],
    [{"Key": "Unknown", "Values": ["a"]}, {"Key": "Name", "Values": ["a"]}],
]

def parameters(filters, old):
    try:
        return [one.name for one in ssm.describe_parameters(old, filters)]
    except Exception as error:
        return f"{type(error).__name__}: {error}"

class DBInstance(SimpleNamespace): pass
class Other(SimpleNamespace): pass
class Named(SimpleNamespace):
    class Meta:
        serialization_aliases = {"DBInstanceIdentifier": "id"}

rds = get_service_model("rds")
instance = rds.shape_for("DBInstance")
for member in instance.members.values():
    member.parent = instance
held = {
    "identifier": "a", "db_instance_identifier": None, "id": "c", "DBInstanceClass": "d",
    "instance_class": "e", "db_parameter_groups": ["f"], "VpcSecurityGroupMembershipList": ["g"],
}
fewer = {"identifier": "h", "class": "i"}
objects = [made(**one) for made in (DBInstance, Other, Named) for one in (held, fewer)]
objects += [held, fewer, "text", ["list"], None]

def members(transformers):
    picker = XFormedAttributePicker(response_transformers=transformers)
    operation = rds.operation_model("DescribeDBInstances")
    serializer = QuerySerializer(operation_model=operation, value_picker=picker)
    serializer.path = ["A", "B"]
    return [
        serializer.get_value(one, name, shape)
        for one in objects
        for name, shape in instance.members.items()
    ]

def said():
    application = DomainDispatcherApplication(None)
    hosts = ("ec2.eu-west-1.amazonaws.com", "sqs", "s3.us-east-1.amazonaws.com", None, "a.b")
    return [
        [parameters(one, None) for one in FILTERS],
        parameters(FILTERS[2], [{"Key": "Name", "Values": ["a"]}]),
        members({}),
        members({"B.DBInstanceIdentifier": "1{}".format, "Identifier": "2{}".format}),
        [application.get_backend_for_host(one) for one in hosts],
        get_backend("sns") is get_backend("sns"),
        sorted(get_backend("sns")), get_backend("sns")[str(len(get_backend("sns")))].account_id,
    ]

from emulator import lookups, members as finding

stock = said()
get_backend("sns").clear()
lookups.keep()
finding.find()
ours = said()
get_backend("sns").clear()
print(json.dumps([stock, ours, said()]))
"""


def test_what_is_looked_up_once_is_what_moto_looks_up_each_time() -> None:
    command = [str(emulator.python()), "-c", LOOKUPS]
    stock, first, again = json.loads(subprocess.check_output(command, cwd=ROOT, text=True))
    assert stock == first == again
    filtered, both, found, transformed, hosts, *_ = stock
    assert filtered[2:4] == [["a"], ["/a/b", "/b"]]
    assert (len(filtered[0]), len(filtered[5])) == (3, 2)
    assert "either Filters or ParameterFilters" in both
    assert {"c", "d", "h", "i", None} <= {one for one in found if not isinstance(one, list)}
    assert [one for one in found if isinstance(one, list)][:2] == [["g"], ["f"]]
    assert {"1h", "1c", "1None", "2None"} <= set(map(str, transformed))
    assert hosts == ["ec2", "sqs", "s3", None, None]
