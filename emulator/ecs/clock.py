"""The clock of what ECS does: faster than the day by a factor, or standing until it is stepped."""

from dataclasses import dataclass

FACTOR = 240.0
"""Seconds of ECS in a second: a deployment of a few minutes takes a second or two."""

MOST = 3600.0
"""Seconds that pass at most between two requests: nobody looks, so no more needs to be played."""


@dataclass
class Clock:
    """`now` is its own time, in seconds; `read_at` the day's time at which it was read."""

    now: float
    read_at: float
    factor: float = FACTOR
    before: float = 0.0
    read_before: float = 0.0

    def read(self, day: float) -> float:
        """Its time, when the day's is `day`."""
        passed = min(max(day - self.read_at, 0.0) * self.factor, MOST)
        return self._to(self.now + passed, day)

    def step(self, seconds: float, day: float) -> float:
        """Its time, `seconds` further."""
        return self._to(self.read(day) + seconds, day)

    def of_day(self, at: float) -> float:
        """The day's time of `at`, which is between the last two readings."""
        share = (at - self.before) / (self.now - self.before) if self.now > self.before else 1.0
        share = min(max(share, 0.0), 1.0)
        return self.read_before + share * (self.read_at - self.read_before)

    def _to(self, now: float, day: float) -> float:
        self.before, self.read_before = self.now, self.read_at
        self.now, self.read_at = now, max(day, self.read_at)
        return self.now
