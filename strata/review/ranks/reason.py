"""The rank of a change, and why it has it."""

from dataclasses import dataclass
from typing import Literal

Rank = Literal["refused", "lost", "opens", "down", "else", "created"]


@dataclass(frozen=True)
class Reason:
    """Why a change has a rank, and the attributes that show it."""

    rank: Rank
    why: str
    attributes: tuple[str, ...] = ()
