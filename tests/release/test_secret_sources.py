"""Names and values of the application's secrets, without AWS."""

from typing import Any

import pytest

from strata.errors import UsageError
from strata.release.secret_sources import Source, kms_key, resolve, uses, value, variable_of
from strata.settings import Settings, load
from tests.raised import raised

HERE = "eu-central-1:123456789012"
SMTP = f"arn:aws:secretsmanager:{HERE}:secret:shop/smtp-AbCdEf"
SECRETS = {
    "JWT_KEY": "jwt",
    "SMTP_PASSWORD": f"{SMTP}:password::",
    "LICENSE": f"arn:aws:ssm:{HERE}:parameter/shop/license",
    "FLAT": f"arn:aws:ssm:{HERE}:parameter/flat",
}
TOKEN = Source("secretsmanager", "shop/local/token")


def settings(**secrets: str) -> Settings:
    data: dict[str, Any] = load("local").model_dump(by_alias=True)
    data["service"]["secrets"] = secrets
    return Settings.model_validate(data)


RESOLVED = [
    ("JWT_KEY", "secretsmanager", "jwt"),
    ("jwt", "secretsmanager", "jwt"),
    ("SMTP_PASSWORD", "secretsmanager", SMTP),
    ("shop/smtp", "secretsmanager", SMTP),
    (SMTP, "secretsmanager", SMTP),
    ("LICENSE", "ssm", "/shop/license"),
    (SECRETS["LICENSE"], "ssm", "/shop/license"),
    ("FLAT", "ssm", "flat"),
    ("payments", "secretsmanager", "shop/local/payments"),
    ("shop/local/payments", "secretsmanager", "shop/local/payments"),
    ("other/payments", "secretsmanager", "shop/local/other/payments"),
]


def test_a_name_is_what_the_settings_have_or_is_under_the_prefix() -> None:
    for name, service, stored in RESOLVED:
        found = resolve(settings(**SECRETS), name)
        assert (found.service, found.name) == (service, stored), name


def test_a_parameter_is_under_the_prefix_unless_it_begins_with_a_slash() -> None:
    plain = settings()
    assert resolve(plain, "license", parameter=True) == Source("ssm", "/shop/local/license")
    assert resolve(plain, "/shop/license", parameter=True) == Source("ssm", "/shop/license")


NO_NAMES = [
    ("", False, "no name of a secret"),
    ("pay ments", False, "no name of a secret"),
    ("sk_live_51Hh2jKLmNoPqRsTuVwXyZ", False, "not repeated"),
    ("pay=ments", True, "no name of a parameter"),
    ("image/1.0.0", True, "say which image runs"),
    (f"arn:aws:ssm:{HERE}:parameter/shop/local/image/1.0.0", False, "say which image runs"),
    (SMTP.replace("eu-central-1", "us-east-1"), False, "of this account and region"),
    ("arn:aws:s3:::bucket", False, "of this account and region"),
]


def test_a_name_that_cannot_be_one_is_refused() -> None:
    for name, parameter, words in NO_NAMES:
        error = raised(UsageError, resolve, settings(), name, parameter=parameter)
        assert error and words in error.message, name
        assert "sk_live" not in f"{error.message} {error.hint}", name


def test_a_name_of_two_secrets_is_refused_and_both_are_named() -> None:
    both = settings(A="one", one="two")
    with pytest.raises(UsageError, match="several secrets are called one") as error:
        resolve(both, "one")
    assert error.value.hint == "one of one, two"


def test_a_secret_of_the_settings_is_no_parameter_as_well() -> None:
    with pytest.raises(UsageError, match="in Secrets Manager by the settings"):
        resolve(settings(**SECRETS), "JWT_KEY", parameter=True)


def test_one_line_break_at_the_end_is_left_out() -> None:
    assert value(b"hunter2\n", TOKEN, set()) == "hunter2"
    assert value(b"hunter2\r\n", TOKEN, set()) == "hunter2"
    assert value(b"a\nb\n\n", TOKEN, set()) == "a\nb\n"
    assert value(" päss\n".encode(), TOKEN, set()) == " päss"


NO_VALUES = [
    (b"", TOKEN, set[str](), "no value on standard input"),
    (b"\n", TOKEN, set[str](), "no value on standard input"),
    (b"hunter2\x00", TOKEN, set[str](), "NUL"),
    (b"hunter2\xff", TOKEN, set[str](), "not text in UTF-8"),
    ("ä".encode() * 32769, TOKEN, set[str](), "65538 bytes, and Secrets Manager takes 65536"),
    (b"x" * 4097, Source("ssm", "/x"), set[str](), "4097 bytes, and Parameter Store takes"),
    (b"hunter2", TOKEN, {"password"}, "read password from this secret"),
    (b'{"user": "hunter2"}', TOKEN, {"password", "user"}, "read password from this secret"),
    (b'["hunter2"]', TOKEN, {"password"}, "read password from this secret"),
]


def test_a_value_that_no_variable_can_have_is_refused_and_not_repeated() -> None:
    for data, source, keys, words in NO_VALUES:
        error = raised(UsageError, value, data, source, keys)
        assert error and words in error.message, words
        assert "hunter2" not in f"{error.message} {error.hint}", words


def test_the_longest_values_are_taken() -> None:
    assert len(value(b"x" * 65536, TOKEN, set())) == 65536
    assert len(value(b"x" * 4096, Source("ssm", "/x"), set())) == 4096


def test_a_key_of_another_region_or_an_alias_is_refused() -> None:
    environment = load("local").environment
    good = f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    assert kms_key(environment, good) == good
    assert kms_key(environment, None) is None
    for wrong in (
        "alias/mine", f"arn:aws:kms:{HERE}:alias/mine", "", good.replace("eu-central", "us-east")
    ):  # fmt: skip
        with pytest.raises(UsageError, match="not the ARN of a KMS key of this region"):
            kms_key(environment, wrong)


def test_a_variable_gets_its_name_from_the_secret() -> None:
    environment = load("local").environment
    for name, variable in {
        "shop/local/payments": "PAYMENTS",
        "shop/local/pay/ments-key": "PAY_MENTS_KEY",
        "other/2fa": "OTHER_2FA",
        "shop/local/2fa": "_2FA",
    }.items():
        assert variable_of(environment, Source("secretsmanager", name)) == variable
    assert variable_of(environment, Source("ssm", "/shop/local/license")) == "LICENSE"


def test_the_secrets_of_sidecars_are_uses_too() -> None:
    data: dict[str, Any] = settings(**SECRETS).model_dump(by_alias=True)
    sidecar = {
        "name": "agent", "image": f"x@sha256:{'0' * 64}", "memory_mib": 64, "cpu": 64,
        "secrets": {"KEY": "agent"},
    }  # fmt: skip
    data["service"]["sidecars"] = [sidecar]
    found = {
        use.key: (use.source.name, use.json_key) for use in uses(Settings.model_validate(data))
    }
    assert found[("service", "sidecars", 0, "secrets", "KEY")] == ("agent", "")
    assert found[("service", "secrets", "SMTP_PASSWORD")] == (SMTP, "password")
    assert len(found) == 5
