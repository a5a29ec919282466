"""Files of a review that carry a digest of their own content, so that a change in them is noticed.

It is not a signature: it detects a failing disk or an edit by hand, but not an attacker.
"""

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from strata.machine.files import Unreadable, json_of

DIGEST = "digest"

Model = TypeVar("Model", bound=BaseModel)


def sealed(model: BaseModel) -> str:
    """A model as JSON, with the digest of its content."""
    content = model.model_dump(mode="json")
    return json.dumps({**content, DIGEST: _digest(content)}, indent=2) + "\n"


def unsealed(content: bytes, kind: type[Model]) -> Model:
    """The model that `sealed` wrote; raises Unreadable for anything else."""
    data = json_of(content)
    if not isinstance(data, dict) or DIGEST not in data:
        raise Unreadable("is not what this version of strata writes")
    digest = data.pop(DIGEST)
    if digest != _digest(data):
        raise Unreadable("was changed since strata wrote it, by a hand or a failing disk")
    try:
        return kind.model_validate_json(json.dumps(data))
    except ValidationError:
        raise Unreadable("is not what this version of strata writes") from None


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
