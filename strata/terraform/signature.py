"""Verifies the OpenPGP signature of a release's list of checksums with HashiCorp's public key.

`hashicorp.asc` is the key C874 011F 0AB4 0511 0D02 1055 3436 5D94 72D7 468F as HashiCorp's own
installer has it (github.com/hashicorp/hc-install, 2026-08-17); tfenv (github.com/tfutils/tfenv,
2026-04-27) has the same key with the earlier end, 2026-04-18. This one ends on 2030-03-01.
"""

from pathlib import Path

from strata.errors import StrataError

FINGERPRINT = "c874011f0ab405110d02105534365d9472d7468f"
KEY = Path(__file__).with_name("hashicorp.asc")


def check(content: bytes, signature: bytes, name: str, key: Path = KEY) -> None:
    """Raise StrataError unless `signature` is a signature of `content` by the key in a file."""
    from pysequoia import Cert, Sig, verify  # noqa: PLC0415 - only a download needs it

    signer = Cert.from_file(str(key))
    try:
        verify(bytes=content, store=lambda _: [signer], signature=Sig.from_bytes(signature))
    except Exception as error:  # noqa: BLE001 - the library raises nothing narrower
        raise StrataError(
            f"{name} is not signed by the key {signer.fingerprint}: {_first_line(error)}",
            "install Terraform yourself, or check for a proxy that changes its releases",
        ) from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
