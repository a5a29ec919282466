#!/usr/bin/env bash
# policy_sentry 0.15.2, 2026-11-28.
# Asked in its "crud" mode for write access to the ARN of one ECS service, it also writes what these actions
# depend on, and puts those that fit no ARN of the request into a statement for every resource. One of
# them is iam:PassRole: the policy for one service hands any role of the account to anything. The
# template has keys for leaving it out; nothing in the output calls attention to it.
# Seen: a statement with iam:PassRole and Resource "*".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check policy-sentry==0.15.2
"$folder/venv/bin/python" - <<'END'
from policy_sentry.command.write_policy import write_policy_with_template

SERVICE = "arn:aws:ecs:eu-central-1:111122223333:service/shop/web"
policy = write_policy_with_template({"mode": "crud", "write": [SERVICE]})
everywhere = [one for one in policy["Statement"] if one["Resource"] == ["*"]]
print(everywhere)
assert len(everywhere) == 1 and "iam:PassRole" in everywhere[0]["Action"]
END
