#!/usr/bin/env bash
# pybreaker 1.4.1 beside circuitbreaker 2.1.3, Python 3.11, 2026-11-29.
# A pybreaker.CircuitBreaker decorates a function. On an `async def` it is put as easily, and taken without a word. What it counts then is the call that makes the coroutine, which
# never fails; the error comes when it is awaited, after the breaker has noted a success. It never opens, however long the service behind is down. Its `call_async` is for Tornado.
# With plain functions an error of the list `exclude`, such as a missing key or a 404, is expected to count for nothing. It is a success, which sets the count of failures
# in a row back: two failures, one 404 and two failures do not open a breaker of three. circuitbreaker opens for the coroutine, and sets back the count in the same way.
# A service on ECS whose clients are async has no breaker in front of RDS or Redis then, though each of its tests with a plain function shows one.
# Seen: 20 failures of a coroutine: closed, 0 counted (circuitbreaker: open after 3). Of a function, with a KeyError that is excluded after two: closed, 2 counted.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pybreaker==1.4.1 circuitbreaker==2.1.3
"$folder/venv/bin/python" - <<'END_OF'
import asyncio
import warnings

import pybreaker
from circuitbreaker import CircuitBreaker

warnings.simplefilter("error")


async def fail_later():
    raise ConnectionError("the database is away")


async def tries(call, count):
    errors = []
    for _ in range(count):
        try:
            await call()
        except Exception as error:
            errors.append(type(error).__name__)
    return errors


breaker = pybreaker.CircuitBreaker(fail_max=3)
errors = asyncio.run(tries(breaker(fail_later), 20))
print("pybreaker:", breaker.current_state, breaker.fail_counter, set(errors))
assert errors == ["ConnectionError"] * 20
assert (breaker.current_state, breaker.fail_counter) == ("closed", 0)

other = CircuitBreaker(failure_threshold=3)
errors = asyncio.run(tries(other(fail_later), 20))
print("circuitbreaker:", other.state, errors.count("CircuitBreakerError"))
assert errors == ["ConnectionError"] * 3 + ["CircuitBreakerError"] * 17


def fail(error):
    raise error


def calls(guarded):
    seen = []
    for error in (ConnectionError(), ConnectionError(), KeyError(), ConnectionError(), ConnectionError()):
        try:
            guarded(error)
        except Exception as caught:
            seen.append(type(caught).__name__)
    return seen


breaker = pybreaker.CircuitBreaker(fail_max=3, exclude=[KeyError])
seen = calls(breaker(fail))
print("pybreaker, one excluded:", breaker.current_state, breaker.fail_counter)
assert "CircuitBreakerError" not in seen
assert (breaker.current_state, breaker.fail_counter) == ("closed", 2)
other = CircuitBreaker(failure_threshold=3, expected_exception=ConnectionError)
seen = calls(other(fail))
print("circuitbreaker, one unexpected:", other.state, other.failure_count)
assert "CircuitBreakerError" not in seen
assert (other.state, other.failure_count) == ("closed", 2)
END_OF
