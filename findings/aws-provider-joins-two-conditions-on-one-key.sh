#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE), 2026-11-29.
# `condition` of the data source aws_iam_policy_document is a block that may be repeated, and the provider's page says that all of them must be true for the statement to apply. So it is for two keys or two operators. Two blocks with the same operator
# and the same key are made into one condition with the values of both, and of several values IAM wants any one: "and" has become "or", without an error or a warning. In JSON written by hand the same key cannot stand twice, so that there the question
# is seen. Only letters of another size in the key keep the two apart, as two entries which IAM takes for the same key.
# A Deny for roles that begin with ci- and end with -guests stops every role that begins with ci-, the one that deploys among them; one for requests that carry two tags answers to either.
# Seen: one StringLike with both patterns; one ForAnyValue:StringEquals with both tags; two entries of one value each for aws:PrincipalArn and aws:principalarn.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
locals {
  conditions = {
    patterns = [
      ["StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ci-*"],
      ["StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*-guests"],
    ]
    tags = [
      ["ForAnyValue:StringEquals", "aws:TagKeys", "Environment"],
      ["ForAnyValue:StringEquals", "aws:TagKeys", "Team"],
    ]
    letters = [
      ["StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ci-*"],
      ["StringLike", "aws:principalarn", "arn:aws:iam::*:role/*-guests"],
    ]
    operators = [
      ["StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ci-*"],
      ["StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*-guests"],
    ]
  }
}
data "aws_iam_policy_document" "this" {
  for_each = local.conditions
  statement {
    effect    = "Deny"
    actions   = ["ecs:UpdateService"]
    resources = ["*"]
    dynamic "condition" {
      for_each = each.value
      content {
        test     = condition.value[0]
        variable = condition.value[1]
        values   = [condition.value[2]]
      }
    }
  }
}
# The same without `dynamic`, as most write it.
data "aws_iam_policy_document" "plain" {
  statement {
    effect    = "Deny"
    actions   = ["ecs:UpdateService"]
    resources = ["*"]
    condition {
      test     = "StringLike"
      variable = "aws:PrincipalArn"
      values   = ["arn:aws:iam::*:role/ci-*"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:PrincipalArn"
      values   = ["arn:aws:iam::*:role/*-guests"]
    }
  }
}
output "seen" {
  value = merge({ plain = data.aws_iam_policy_document.plain.json }, { for name, document in data.aws_iam_policy_document.this : name => document.json })
}
END_OF
terraform init > /dev/null
terraform apply -auto-approve -no-color > said
terraform output -json > seen.json
python3 - <<'END_OF'
import json

seen = {name: json.loads(text)["Statement"][0]["Condition"] for name, text in json.load(open("seen.json"))["seen"]["value"].items()}
for name, condition in seen.items():
    print(name, json.dumps(condition))
first, second = "arn:aws:iam::*:role/ci-*", "arn:aws:iam::*:role/*-guests"
for name in ("patterns", "plain"):
    assert list(seen[name]) == ["StringLike"] and list(seen[name]["StringLike"]) == ["aws:PrincipalArn"]
    assert sorted(seen[name]["StringLike"]["aws:PrincipalArn"]) == [second, first]
[(operator, keys)] = seen["tags"].items()
assert operator == "ForAnyValue:StringEquals" and sorted(keys["aws:TagKeys"]) == ["Environment", "Team"]
assert seen["letters"] == {"StringLike": {"aws:PrincipalArn": first, "aws:principalarn": second}}
assert seen["operators"] == {"StringLike": {"aws:PrincipalArn": first}, "StringNotLike": {"aws:PrincipalArn": second}}
assert "Warning" not in open("said").read()
END_OF
