"""What is a secret and what is not: `check`, the gate and the plan all ask here.

Nothing here can know a secret for certain. A value is judged by what it is (the token of a known
service, an address with a password in it), then by the name it has, then by whether it looks
generated. Names that describe something about a secret (`TOKEN_TTL`, `SECRET_NAME`) and values that
cannot be one (an ARN, a duration, a path) do not count.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from strata.documents.templates import EXPRESSION

ATTRIBUTE = re.compile(
    EXPRESSION
    + r"[^}]*\.(secret_string|secret_binary|password|master_password|auth_token|random_password|"
    r"result|private_key(_pem|_openssh)?|secret|plaintext)\b"
)
"""A Terraform expression that reads a secret's value from a resource."""

TOKENS: dict[str, str] = {
    "an AWS access key": r"(AKIA|ASIA)[A-Z0-9]{12,}",
    "a Stripe key": r"((sk|rk)_(live|test)_|whsec_)\w+",
    "a GitHub token": r"(gh[oprsu]_\w{4,}|github_pat_\w+)",
    "a GitLab token": r"gl(pat|ptt|dt|rt|soat|ft|imt|agent|cbt|oas)-[\w-]{8,}",
    "a Slack token": r"(xox[abcdeoprs]|xapp)-[\w-]+",
    "a Slack webhook": r"hooks\.slack\.com/(services|workflows|triggers)/\w+",
    "a Discord webhook": r"discord(app)?\.com/api/webhooks/\d+/\S+",
    "a Google key": r"(AIza[\w-]{20,}|ya29\.[\w-]+|GOCSPX-[\w-]+)",
    "a SendGrid key": r"SG\.[\w-]{10,}",
    "a Mailgun key": r"key-[0-9a-f]{32}",
    "a Twilio key": r"SK[0-9a-f]{32}",
    "an OpenAI or Anthropic key": r"sk-[A-Za-z0-9_-]{20,}",
    "a package registry's token": r"(npm_[A-Za-z0-9]{20,}|pypi-[\w-]{20,}|dckr_pat_[\w-]{8,})",
    "a DigitalOcean token": r"do[oprt]_v1_[0-9a-f]{20,}",
    "a Shopify token": r"shp(at|ca|pa|ss)_\w{16,}",
    "a Vault token": r"hv[bsr]\.[\w-]{20,}",
    "a Hugging Face token": r"hf_[A-Za-z]{20,}",
    "an Atlassian token": r"ATATT3[\w=-]{20,}",
    "a Telegram token": r"\d{8,10}:AA[\w-]{30,}",
    "a Firebase server key": r"AAAA[\w-]{7}:APA91b[\w-]+",
    "an age key": r"AGE-SECRET-KEY-1\w+",
    "a JSON Web Token": r"eyJ[\w-]+\.[\w-]+",
    "a password hash": r"(?<!\$)\$(2[abxy]|argon2\w*|[156y]|apr1|scrypt|pbkdf2[\w-]*)\$[^\s{]{8,}"
    r"|\{(SSHA|SHA|SMD5|CRYPT)\}\S{8,}",
}
"""How the credentials of common services are written (each service's own documentation)."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    + "|".join(f"(?P<k{index}>{pattern})" for index, pattern in enumerate(TOKENS.values()))
    + ")"
)
_KINDS = tuple(TOKENS)
_MARKS = re.compile("|".join(map(re.escape, (
    "AKIA", "ASIA", "sk_", "rk_", "whsec_", "gh", "gl", "xox", "xapp", "hooks.slack", "/webhooks/",
    "AIza", "ya29", "GOCSPX", "SG.", "key-", "SK", "sk-", "npm_", "pypi-", "dckr_", "_v1_", "shp",
    "hv", "hf_", "ATATT", ":AA", ":APA", "AGE-", "eyJ", "$", "{S", "{C",
))))  # fmt: skip
"""A part of each token: most values have none of them, and need no search."""
_PUBLIC = re.compile(
    r"pk_(live|test)_\w+|pk\.eyJ[\w-]+\.[\w-]+|6L[\w-]{38}"
    r"|data:image/\S+|(iVBORw0KGgo|/9j/|R0lGOD|UklGR|PHN2Zy|PD94bWwg|AAABAA)[\w+/]{20,}={0,2}"
    r"|-----BEGIN (?![A-Z0-9 ]*PRIVATE)[^-]+-----[^-]+-----END[^-]+-----"
)
"""A publishable key of Stripe's, a public token of Mapbox's, a site key of reCAPTCHA; an image,
also in base64, by its first bytes; a certificate, a public key."""
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")

# The password may hold what an address would have to encode: `/`, `@`, `?`.
_ADDRESS = re.compile(r"(?P<scheme>(?:[\w+.-]+:)?)//(?P<user>[^\s/:@?#\[\]]*):(?P<password>\S+)@")
_BARE_ADDRESS = re.compile(r"(?P<scheme>[\w.+-]+):(?!//)(?P<password>\S+)@(?!sha\d+:)[\w.\[(-]+\S*")
_PORT = re.compile(r"\d{1,5}(?:[?#,].*|/.*[?=].*)?")
_PORT_OF_A_PAGE = re.compile(r"\d{1,5}(?:[/?#,].*)?")
_ORACLE = re.compile(r"(?:jdbc:oracle:\w+:|^)[\w$#]+/(?P<password>\S+?)@(?://|[\w.-]+:\d)")
_TOKEN_AS_USER = re.compile(r"//(?P<user>[^\s/:@?#]+)@")
NO_PASSWORD = _set(
    "mailto sip sips xmpp acct urn npm file docker git data tel arn pkg cid mid ldap uid im"
)
"""Words before a colon that are not a user."""

_AUTHORIZATION = re.compile(
    r"\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic|token|apikey|digest)\s+)?"
    r"(?P<value>[^\s\"']{4,})",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"(?:bearer|basic|token|apikey|digest|negotiate)\s+(?P<value>\S{8,})", re.IGNORECASE
)
_PAIR = re.compile(
    # From the beginning of a word on: to begin at each letter of a long one takes forever.
    r"(?<![\w.-])(?:(?![A-Za-z])[\w.-])*+(?P<name>[A-Za-z][\w.-]*)[\"']?(?:\s*=\s*|(?P<colon>\s*:\s*))"
)
"""A name with what follows it. The value behind is looked at by itself: it can hold pairs too."""
_VALUE = re.compile(r"\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s;,&\"'|]{1,2000})")
_ENTRY_ENDS = re.compile(r"[ \t\"']*(?:[,;}\]#\n]|$)")
_HINTS = (
    "pass", "pw", "secret", "token", "key", "cred", "auth", "salt", "psk", "sig", "code", "session",
    "cookie", "seed", "hmac",
)  # fmt: skip
"""What stands in every name that `_strength` knows."""
_OPTION = re.compile(r"(?:^|\s)--?(?P<name>[A-Za-z][\w.-]*)\s+(?P<bare>[^\s-]\S*)")
_PLACEHOLDER = re.compile(
    r"\$?\$\{[^}]*\}|\$\([^)]*\)|\$\w+|%%?\{[^}]*\}|%\([^)]*\)s|%[A-Za-z_]+%|%s|\{\{.*?\}\}"
    r"|\{[A-Za-z_][\w.]*\}|<[^<>]+>|\*{2,}|[xX]{3,}|\.{3}|…|\(hidden\)|\(sensitive\)"
)

_USER_AND_PASSWORD = (("basic", "auth"), ("http", "auth"))
"""Names of HTTP's basic authentication, whose value is `user:password`."""
LONGEST_PLACEHOLDER = 1000
"""Characters; to look for the ends of thousands of braces takes forever."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS = re.compile(
    r"(password|passwd|passphrase|passcode|secret|token|credential|apikey|secretkey|privatekey"
    r"|accesskey|authkey|signingkey)s?$"
)
_WHOLE = _set("pass pwd pw psk salt authorization")
_JOINED = re.compile(r"(db|my|pg|sql|mysql|smtp|mail|redis|user|root|admin|ldap|ftp)(pass|pwd|pw)")
_KEYS = _set(
    "api access private secret signing signature encryption encrypt crypto cipher master auth hmac "
    "ssh jwt shared account session cookie webhook deploy license licence aes rsa ec gpg pgp"
)
_WEAK = _set("key keys auth signature sig credential hmac seed cookie session code")
"""Names that a secret may have, but other values too: the value decides."""

_ABOUT = _set(
    "name names path paths file files filename dir directory folder url urls uri uris endpoint "
    "endpoints host hostname domain port ttl length len size min max minimum maximum count limit "
    "limits lifetime age expiry expires expiration expire expired timeout duration seconds second "
    "minutes hours days ms millis interval rotation policy policies type types kind format "
    "algorithm alg algo header headers prefix suffix issuer iss audience aud scope scopes claim "
    "claims id ids uid guid uuid arn arns region version versions enabled enable disabled required "
    "optional allowed validation validator validity strategy mode method provider service store "
    "storage backend manager bucket table queue topic stream param parameter params field fields "
    "column label title placeholder message regex pattern rounds iterations cost strength "
    "complexity history attempts authentication grant encoding bits refresh leeway skew per usage "
    "budget window charset alphabet separator delimiter extractor resolver class location selector "
    "requirements rule rules hint"
)
_SAME = _set(
    "old new current previous prev next primary secondary main backup default prod production dev "
    "development stage staging test testing local live sandbox base value val string str plain raw "
    "b64 base64 hex encoded json env var data content key keys"
)
_AMOUNT = _set("max min maximum minimum num number count limit total avg budget per")
_PASSWORDS = re.compile(r"(passw|passphrase|passcode|pass$|pwd$|pw$)")

_REGION = r"[a-z]{2}(-[a-z]+)+-\d"
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_INNOCENT = re.compile(
    # A switch, a number with a unit, a duration of ISO 8601 or Go.
    r"true|false|yes|no|on|off|[yntf]|none|null|nil|undefined|enabled|disabled|required|optional"
    r"|always|never|auto"
    r"|[+-]?\d{1,9}([.,]\d+)?\s?(ms|s|m|h|d|w|y|secs?|seconds?|mins?|minutes?|hours?|days?|weeks?"
    r"|months?|years?|%|[kmgt]i?b?|b|bytes?|bits?|chars?|tokens?)"
    r"|(\d+(ms|us|ns|[smhdw]))+|P(\d+[YMWD])*(T(\d+(\.\d+)?[HMS])+)?"
    # An algorithm, the name of a header.
    r"|(HS|RS|ES|PS|SHA-?|HMAC-?SHA-?|AES-?)\d{3}(-?(GCM|CBC|KW))?|EdDSA|ed25519|bcrypt|scrypt"
    r"|argon2(id|i|d)?|pbkdf2|X(-[A-Z][A-Za-z0-9]*)+"
    # A public key; the integrity of a file.
    r"|(ssh-(rsa|ed25519|dss)|ecdsa-sha2-\S+) \S+( .*)?|sha(256|384|512)[:-][\w+/=]+",
    re.IGNORECASE,
)
_AWS = re.compile(
    r"arn:aws[\w-]*:.*"
    rf"|{_REGION}([a-z]|_[A-Za-z0-9]{{1,55}}|:{_UUID})?"
    r"|(i|vpc|subnet|sg|rtb|igw|nat|eni|acl|ami|vol|snap|lt|fs|pl|eipalloc|vpce|tgw|mrk|db|cluster|"
    r"apigw|prefix)-[0-9a-zA-Z]{8,32}|alias/[\w/-]+|rds![\w-]+"
)
_PATH = re.compile(
    r"(~|\.{1,2})?(/[\w.@+~-]+)+/?|[A-Za-z]:\\[\w\\ .-]+|[\w./-]+\."
    r"(pem|key|crt|cer|der|csr|p12|pfx|jks|json|ya?ml|toml|ini|conf|env|txt|pub|asc|gpg|properties)"
)
_NAME_WITH_SLASH = re.compile(r"[a-z_.-]{2,}\d{0,2}(/[a-z_.-]{2,}\d{0,2})+")
_URL = re.compile(r"(\w+:)?[a-z][a-z0-9+.-]*://\S+")
_RUNS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_CANDIDATE = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
GENERATED_LENGTH = 20
"""The least number of characters by which a text can be recognised as generated."""
WORD_LENGTH = 2.9
"""Letters or digits of one kind in a row, on average: words have more, generated text has fewer."""


def reads_secret(text: str) -> bool:
    """Whether a Terraform expression in `text` would be replaced by a secret's value."""
    return bool(ATTRIBUTE.search(text))


def suspicion(name: str, value: str) -> str | None:
    """What kind of secret a plain value looks like, without repeating it; None if it is not one.

    `name` is the variable, key or setting that has the value; empty when it is not known.
    """
    value = value.strip()
    if not value or _PUBLIC.fullmatch(value):
        return None
    written = _written(value)
    if written or _words(name)[-2:] == ("site", "key"):
        # A captcha's site key stands in every page that asks it.
        return written
    return _by_name(name, value) or _generated(name, value)


def is_secret(name: str, value: str) -> bool:
    """Whether a plain value looks like a secret."""
    return suspicion(name, value) is not None


def names_secret(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    return _strength(name) == "secret"


def _written(value: str) -> str | None:
    """The kind of secret by the form of the value, whatever its name is."""
    match = _MARKS.search(value) and _TOKEN.search(value)
    if match:
        return _KINDS[int(str(match.lastgroup)[1:])] if match.lastgroup else "a token"
    if "-----BEGIN" in value or value.startswith("LS0tLS1CRUdJTi"):
        text = value if "-----BEGIN" in value else _decoded(value)
        if _PRIVATE_KEY.search(text):
            return "a private key"
    if "@" in value and _password_in_address(value):
        return "an address with a password in it"
    if " " in value or ":" in value or "=" in value:
        return _in_text(value)
    return None


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text[: len(text) // 4 * 4], validate=False).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _password_in_address(value: str) -> bool:
    passwords = []
    for match in _ADDRESS.finditer(value):
        page = match["scheme"].lower() in ("http:", "https:", "ws:", "wss:", "")
        if not (_PORT_OF_A_PAGE if page else _PORT).fullmatch(match["password"]):
            passwords.append(match["password"])
    if not any(character.isspace() for character in value):
        bare = _BARE_ADDRESS.fullmatch(value)
        if (
            bare
            and bare["scheme"].lower() not in NO_PASSWORD
            and not _PORT_OF_A_PAGE.fullmatch(bare["password"])
        ):
            passwords.append(bare["password"])
        passwords += [match["password"] for match in _ORACLE.finditer(value)]
    if not all(map(_filled_in, passwords)):
        return True
    token = _TOKEN_AS_USER.search(value)
    return bool(token and _looks_generated(token["user"]))


def _filled_in(text: str) -> bool:
    """Whether the text is a placeholder for a value that is filled in later, or is masked."""
    return len(text) <= LONGEST_PLACEHOLDER and not _PLACEHOLDER.sub("", text).strip("\"'")


def _in_text(value: str) -> str | None:
    """A secret that a text names: `password=...` in an address, a header, JSON, options."""
    lower = value.lower()
    if not any(hint in lower for hint in _HINTS) and not _SCHEME.fullmatch(value):
        return None
    header = _AUTHORIZATION.search(value) or _SCHEME.fullmatch(value)
    if header and not _filled_in(header["value"]) and _credential(value, header["value"]):
        return "an authorization header"
    for name, inner in _pairs(value):
        if inner != value and _strength(name) and suspicion(name, inner):
            return (
                f"text with a {'password' if _PASSWORDS.search(name.lower()) else 'secret'} in it"
            )
    return None


def _credential(header: str, value: str) -> bool:
    """Whether what follows a scheme is a credential and not a word of a sentence."""
    if re.match(r"(?i)(proxy-)?authorization", header):
        return not re.fullmatch(r"(?i)bearer|basic|token|apikey|digest|required|none", value)
    return any(not character.isalpha() for character in value) or len(value) >= GENERATED_LENGTH


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    if value[0] in "{[":
        try:
            yield from _leaves("", json.loads(value))
        except (ValueError, RecursionError):
            pass
        else:
            return
    for match in _PAIR.finditer(value):
        # Most names say nothing of a secret, and a long text may have thousands.
        if not _strength(match["name"]):
            continue
        held = _VALUE.match(value, match.end())
        if held is None or (match["colon"] and not _stands_alone(value, match.start("name"), held)):
            continue
        yield match["name"], held["double"] or held["single"] or held["bare"] or ""
    for match in _OPTION.finditer(value):
        yield match["name"], match["bare"]


def _stands_alone(value: str, start: int, held: re.Match[str]) -> bool:
    """Whether `name: value` is a line or an entry of its own, and not a part of a sentence.

    The name begins at `start`, and `held` is the value.
    """
    while start and value[start - 1] in " \t\"'":
        start -= 1
    before = not start or value[start - 1] in "\n{,;[-"
    return before and bool(_ENTRY_ENDS.match(value, held.end()))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(name, inner)
    elif value is not None and not isinstance(value, bool):
        yield name, str(value)


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=4096)
def _strength(name: str) -> str:
    """What a name says about its value: `secret`, `weak` (it may be a secret), or empty."""
    words = _words(name)
    last = -1
    for index, word in enumerate(words):
        joined = bool(_ENDINGS.search(word))
        key = word in ("key", "keys") and index > 0 and words[index - 1] in _KEYS
        if joined or word in _WHOLE or _JOINED.fullmatch(word) or key:
            last = index
    behind = words[last + 1 :]
    if last < 0:
        weak = any(word in _WEAK for word in words) and not _describes(words)
        return "weak" if weak and "public" not in words else ""
    if _describes(behind):
        return ""
    if not all(word in _SAME or word.isdigit() or len(word) == 1 for word in behind):
        return "weak"
    public = {"public", "publishable"} & set(words) and not _PASSWORDS.search(words[last])
    return "" if public and words[last] != "secret" else "secret"


def _describes(words: tuple[str, ...]) -> bool:
    return any(word in _ABOUT for word in words)


def _by_name(name: str, value: str) -> str | None:
    if _words(name)[-2:] in _USER_AND_PASSWORD and re.fullmatch(r"[^\s:/]+:[^\s:/]+", value):
        return None if _filled_in(value.partition(":")[2]) else "a user and a password"
    if not name or _strength(name) != "secret" or _innocent(name, value):
        return None
    return "a secret, by its name"


def _innocent(name: str, value: str) -> bool:
    """Whether a value cannot be a secret although its name may say so."""
    words = _words(name)
    if _filled_in(value) or _INNOCENT.fullmatch(value) or _AWS.fullmatch(value):
        return True
    if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?", value):
        amount = bool(_AMOUNT & set(words))
        password = any(_PASSWORDS.search(word) for word in words)
        return amount or len(value) <= (3 if password else 6)
    if _plain(value) == _plain(name):
        return True
    somewhere = _URL.fullmatch(value) or _PATH.fullmatch(value) or _NAME_WITH_SLASH.fullmatch(value)
    return bool(somewhere) and not _looks_generated(value)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _generated(name: str, value: str) -> str | None:
    words = _words(name)
    strength = _strength(name)
    if strength == "weak" and _opaque(value) and not _innocent(name, value):
        return "a generated secret"
    if len(value) < GENERATED_LENGTH or _AWS.fullmatch(value) or _INNOCENT.fullmatch(value):
        return None
    if _URL.fullmatch(value) or " " in value or value.startswith("LS0tLS1CRUdJTi"):
        return None
    if _describes(words[-1:]) or {"public", "sha", "digest", "hash", "commit", "pool"} & set(words):
        return None
    if {"client", "cognito"} & set(words) and re.fullmatch(r"[A-Za-z0-9]{20,26}", value):
        return None
    return "a generated secret" if _looks_generated(value) else None


def _opaque(value: str) -> bool:
    """Whether a value under a name such as `STRIPE_KEY` is hexadecimal or a mixture."""
    if re.fullmatch(r"[0-9a-f]{32,}|[0-9A-F]{32,}", value):
        return True
    mixed = sum(bool(re.search(kind, value)) for kind in ("[A-Z]", "[a-z]", "[0-9]")) >= 2
    runs = _RUNS.findall(value)
    return (
        len(value) >= 16
        and mixed
        and bool(re.fullmatch(r"[\w+/=.:%-]+", value))
        and sum(map(len, runs)) < WORD_LENGTH * len(runs)
    )


def _looks_generated(text: str) -> bool:
    """Whether a part of the text is long, mixed, and made of no words."""
    for match in _CANDIDATE.finditer(text):
        for part in (match[0], *re.split(r"[/]", match[0]), *re.split(r"[/_-]", match[0])):
            if len(part) >= GENERATED_LENGTH and _mixed(part):
                return True
    return False


def _mixed(part: str) -> bool:
    runs = _RUNS.findall(part)
    letters = sum(map(len, runs))
    # Secret access keys of AWS have 40 characters, which no two words make up by accident.
    longest = 3.6 if len(part) == 40 and "/" in part else WORD_LENGTH
    if not letters or letters >= longest * len(runs):
        return False
    lower, upper = (any(map(test, part)) for test in (str.islower, str.isupper))
    return lower and upper and (any(map(str.isdigit, part)) or letters < 2.7 * len(runs))
