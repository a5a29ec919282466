#!/usr/bin/env bash
# policyuniverse 1.5.1.20231109 (the newest) and policy-sentry 0.15.2 beside botocore 1.44.8, Python 3.11, 2026-11-29.
# Both write the actions out that a star in an IAM policy stands for, to cut it down to what is used, or to compare two policies. Each brings its own list of actions. One expects what is not in the list to be left as a star, as both do with a service
# that they do not know. A service that they know gets the actions that it had when the list was made: of `ecs:List*` policyuniverse leaves out ListServiceDeployments, of 2024, and policy-sentry what came in 2026, ListDaemons and the
# gateways. The policy that is written back allows less than the one that was read, and nothing in it says so. Names come back in small letters from policyuniverse.
# A role for deployments that was tidied up like that is denied what it could do before, and mostly on the day of a rollback, as StopServiceDeployment is of the same age.
# Seen: 10 of botocore's 17 operations that begin with List from policyuniverse, 11 from policy-sentry; "dsql:*" as it was from the first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check policyuniverse==1.5.1.20231109 policy-sentry==0.15.2 botocore==1.44.8
cat > "$folder/seen.py" <<'END_OF'
from botocore.loaders import Loader
from policy_sentry.analysis.expand import determine_actions_to_expand
from policyuniverse.expander_minimizer import expand_policy


def of_policyuniverse(action):
    policy = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    return expand_policy(policy)["Statement"][0]["Action"]


operations = Loader().load_service_model("ecs", "service-2")["operations"]
wanted = {f"ecs:{name}" for name in operations if name.startswith("List")}
small = {name.lower(): name for name in wanted}
first = of_policyuniverse("ecs:List*")
second = set(determine_actions_to_expand(["ecs:List*"]))
print(len(wanted), len(first), len(second))
print("not in policyuniverse:", sorted(wanted - {small[name] for name in first}))
print("not in policy-sentry:", sorted(wanted - second))
assert first == sorted(first) and all(name == name.lower() for name in first)
assert (len(wanted), len(first), len(second)) == (17, 10, 11)
assert "ecs:listservicedeployments" not in first and "ecs:ListServiceDeployments" in second
assert "ecs:stopservicedeployment" not in of_policyuniverse("ecs:Stop*")
assert "ecs:ListDaemons" in wanted - second
assert of_policyuniverse("dsql:*") == ["dsql:*"]
END_OF
"$folder/venv/bin/python" "$folder/seen.py"
