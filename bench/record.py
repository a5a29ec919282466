"""Writes down what `main.py` asks of Node: `python -m bench.record FILE`.

One entry for each call, in order, so that `bench/peer/replay.js` can make the same calls of the
same classes in one process.
"""

import json
import sys
from pathlib import Path
from typing import Any

from jsii._kernel.providers import process

from strata.documents import Json

calls: list[Json] = []


class Recorder(process._NodeProcess):
    """Node, with each request of the program and what came of it kept."""

    def send(self, request: Any, response_type: Any) -> Any:
        """Send a request, and keep it."""
        calls.append(self._plain(request))
        response = super().send(request, response_type)
        calls[-1]["result"] = self._plain(response)
        return response

    def _plain(self, value: Any) -> Json:
        plain = self._serializer.unstructure(value)
        return dict(json.loads(json.dumps(plain, default=process.jdefault)))


if __name__ == "__main__":
    process._NodeProcess = Recorder  # type: ignore[misc]
    # Node is started by its first import.
    from main import main

    code = main()
    Path(sys.argv[1]).write_text(json.dumps(calls), encoding="utf-8")
    sys.exit(code)
