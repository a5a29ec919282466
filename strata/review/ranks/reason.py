"""What a change is told under, and why."""

from dataclasses import dataclass
from typing import Literal

Rank = Literal["refused", "lost", "opens", "down", "else", "created"]


@dataclass(frozen=True)
class Reason:
    """Why a change has a rank, and the attributes that say so."""

    rank: Rank
    why: str
    attributes: tuple[str, ...] = ()
