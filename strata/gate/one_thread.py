"""Has checkov run its graph checks in this thread.

checkov gives each check to a thread, and each resource that it looks at to another one, which takes
longer than to look at it: Python runs one thread at a time.
"""

import concurrent.futures
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class Here:
    """An executor, as far as checkov uses one, that does a job when it gets it."""

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        """There is no thread to wait for."""

    @staticmethod
    def submit(job: Callable[..., Any], *arguments: Any) -> concurrent.futures.Future[Any]:
        """The job when it is done, with its result or its error."""
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            done.set_result(job(*arguments))
        except Exception as error:  # noqa: BLE001 - as every executor
            done.set_exception(error)
        return done


def in_one_thread() -> None:
    """Replace the threads of checkov's graph checks, of this process."""
    from checkov.common.checks_infra.solvers.attribute_solvers import (  # noqa: PLC0415 - takes seconds
        base_attribute_solver,
    )
    from checkov.common.checks_infra.solvers.resource_solvers import (  # noqa: PLC0415
        base_resource_solver,
    )
    from checkov.common.graph.checks_infra import registry  # noqa: PLC0415

    solvers: tuple[Any, ...] = (base_attribute_solver, base_resource_solver)
    for module in solvers:
        module.ThreadPoolExecutor = Here
    of_checks: Any = registry
    futures = SimpleNamespace(ThreadPoolExecutor=Here, wait=concurrent.futures.wait)
    of_checks.concurrent = SimpleNamespace(futures=futures)
