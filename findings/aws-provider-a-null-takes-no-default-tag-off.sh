#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE), 2026-11-29.
# `default_tags` of the provider give every resource its tags, and a tag of the resource itself wins over one of the same name. So null, which takes an argument away everywhere else in Terraform, is expected to take the tag off one resource. The
# default stays, without a word: the plan is that of a resource without tags of its own, down to `tags`, where no null is left. An empty text is no way either to see it in the plan: all tags of that resource are unknown until apply. A name in
# other letters, `backup` beside `Backup`, is a second tag.
# It matters where a tag switches something: a backup, a schedule that stops instances at night, a cost centre. `tags = { Backup = var.backup ? "daily" : null }` backs up what was taken out.
# Seen: tags null and tags_all with Backup "daily" for null and without the tag alike; no tags_all for ""; Backup "daily" and backup "weekly" for the last.
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
  default_tags {
    tags = { Backup = "daily" }
  }
}
locals {
  tags = {
    none  = {}
    null  = { Backup = null }
    empty = { Backup = "" }
    small = { backup = "weekly" }
  }
}
resource "aws_sns_topic" "this" {
  for_each = local.tags
  name     = each.key
  tags     = each.value
}
END_OF
terraform init > /dev/null
terraform plan -out=plan > /dev/null
terraform show -json plan > plan.json
python3 - <<'END_OF'
import json

after = {change["index"]: change["change"]["after"] for change in json.load(open("plan.json"))["resource_changes"]}
seen = {name: (values.get("tags", "unknown"), values.get("tags_all", "unknown")) for name, values in after.items()}
print(seen)
assert seen == {
    "none": (None, {"Backup": "daily"}),
    "null": (None, {"Backup": "daily"}),
    "empty": ({"Backup": ""}, "unknown"),
    "small": ({"backup": "weekly"}, {"Backup": "daily", "backup": "weekly"}),
}
END_OF
