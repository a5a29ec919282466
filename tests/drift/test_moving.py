"""What changes by itself and is no drift."""

import pytest

from strata.drift.moving import why_moving


@pytest.mark.parametrize(
    "attribute", ["association_id", "network_interface", "private_dns", "private_ip"]
)
def test_an_address_that_its_nat_gateway_took_is_no_drift_and_another_association_is(
    attribute: str,
) -> None:
    """Terraform reads the address before the gateway is made, and keeps what it read."""
    for before in (None, ""):
        assert why_moving(None, "aws_eip", attribute, before, "10.0.0.5")
    for now in ("10.0.0.6", "", None):
        assert why_moving(None, "aws_eip", attribute, "10.0.0.5", now) is None
