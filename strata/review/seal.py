"""Files of a review that carry a digest of their own content: what changes in them is noticed.

Not a signature: it finds the disk that fails and the hand that edits, not who wants to deceive.
"""

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from strata.machine.files import Unreadable, json_of

DIGEST = "digest"

Model = TypeVar("Model", bound=BaseModel)


def sealed(model: BaseModel) -> str:
    """A model as JSON, with the digest of what it says."""
    content = model.model_dump(mode="json")
    return json.dumps({**content, DIGEST: _digest(content)}, indent=2) + "\n"


def unsealed(content: bytes, kind: type[Model]) -> Model:
    """The model that `sealed` wrote; raises Unreadable for anything else."""
    found = json_of(content)
    if not isinstance(found, dict) or DIGEST not in found:
        raise Unreadable("is not what this version of strata writes")
    given = found.pop(DIGEST)
    if given != _digest(found):
        raise Unreadable("was changed since strata wrote it, by a hand or a failing disk")
    try:
        return kind.model_validate_json(json.dumps(found))
    except ValidationError:
        raise Unreadable("is not what this version of strata writes") from None


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
