#!/usr/bin/env bash
# awscli 1.46.3 (2026-11) and cfn-flip 1.3.0, read by yaml 2.9.1 (npm), Python 3.11, Node 20, 2026-11-29.
# `aws cloudformation package` uploads what a template names by a path and writes the template anew, with the addresses in place of the paths. All else is expected
# to stay what it is. It is read and dumped as YAML 1.1 on the way: the quotation marks that its author put around an account number with a
# leading zero, as every guide asks for, are gone where an 8 or 9 is in it, and so are those of a short commit like 1234e56; a reader of YAML 1.2
# finds 12345678901 and 1.234e+59 in the file. A parameter that is called Off, On, Yes or No is called false or true in it. There needs to
# be nothing to upload for that. cfn-flip keeps the marks of the account, loses those of the commit, and renames the parameter as well.
# Seen: Default: 012345678901 without marks, Default: 1234e56, and the key false, in a template that had none of the three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check awscli==1.46.3 cfn-flip==1.3.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund yaml@2.9.1
cat > template.yaml <<'END_OF'
Parameters:
  Account:
    Type: String
    Default: "012345678901"
  Commit:
    Type: String
    Default: "1234e56"
  Off:
    Type: String
    Default: "22:00"
Resources:
  Queue:
    Type: AWS::SQS::Queue
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 venv/bin/aws cloudformation package \
    --template-file template.yaml --s3-bucket never-asked --output-template-file packaged.yaml >/dev/null
venv/bin/cfn-flip --json template.yaml | venv/bin/cfn-flip --yaml > flipped.yaml
grep -n 'Default' packaged.yaml
node -e '
const { readFileSync } = require("fs");
const { parse } = require("yaml");
const read = (name) => parse(readFileSync(name, "utf8")).Parameters;
const defaults = (name) => [Object.keys(read(name)), Object.values(read(name)).map((parameter) => parameter.Default)];
console.log(JSON.stringify(["template.yaml", "packaged.yaml", "flipped.yaml"].map(defaults)));' > read.json
cat read.json
[ "$(cat read.json)" = '[[["Account","Commit","Off"],["012345678901","1234e56","22:00"]],[["Account","Commit","false"],[12345678901,1.234e+59,"22:00"]],[["Account","Commit","false"],["012345678901",1.234e+59,"22:00"]]]' ]
