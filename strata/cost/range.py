"""A quantity at the three sizes of an environment."""

from pydantic import BaseModel, ConfigDict, Field


class Range(BaseModel):
    """With the least, the desired and the largest number of instances."""

    model_config = ConfigDict(frozen=True)

    minimum: float = Field(description="With the least number of instances.")
    desired: float = Field(description="With as many as the desired tasks need.")
    maximum: float = Field(description="With the largest number, and storage grown to its limit.")

    def __add__(self, other: "Range") -> "Range":
        return Range(
            minimum=self.minimum + other.minimum,
            desired=self.desired + other.desired,
            maximum=self.maximum + other.maximum,
        )

    def __sub__(self, other: "Range") -> "Range":
        return self + other * -1

    def __mul__(self, factor: float) -> "Range":
        return Range(
            minimum=self.minimum * factor,
            desired=self.desired * factor,
            maximum=self.maximum * factor,
        )

    def __bool__(self) -> bool:
        """Whether any of the three differs from 0."""
        return any((self.minimum, self.desired, self.maximum))

    def cents(self) -> tuple[str, str, str]:
        """The three as dollars and cents."""
        return dollars(self.minimum), dollars(self.desired), dollars(self.maximum)


def dollars(amount: float) -> str:
    """Dollars and cents; an amount that rounds to 0 has no sign."""
    # A sum of half a cent is a little more or less, by the order in which it was added up.
    return f"{round(round(amount, 9), 2) + 0.0:,.2f}"


NOTHING = Range(minimum=0, desired=0, maximum=0)


def always(quantity: float) -> Range:
    """The same at every size."""
    return Range(minimum=quantity, desired=quantity, maximum=quantity)
