"""Writes down what `main.py` asks of Node: `python -m bench.record FILE`.

One entry for each call, in order, so that `bench/peer/replay.js` can make the same calls of the
same classes in one process. What Python does within a callback is left out: the peer has the one
method that is overridden, the name of a resource, itself.
"""

import json
import sys
from pathlib import Path
from typing import Any

from jsii._kernel.providers import process
from jsii._kernel.types import Callback

from strata.documents import Json

calls: list[Json] = []


class Recorder(process._NodeProcess):
    """Node, with each request of the program and what came of it kept."""

    inside = 0

    def send(self, request: Any, response_type: Any) -> Any:
        """Send a request; it is kept unless Node waits for a callback."""
        answers = isinstance(request, process._CompleteRequest)
        if not answers and not self.inside:
            calls.append(self._plain(request))
        self.inside -= answers
        response = super().send(request, response_type)
        if isinstance(response, Callback):
            self.inside += 1
        elif not self.inside:
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
