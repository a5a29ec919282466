#!/usr/bin/env bash
# aws-sdk-client-mock 4.1.0 with @aws-sdk/client-ecs 3.1164.0 (npm), Node 20, 2026-11-29.
# It stands in for `send` of a client of AWS SDK for JavaScript v3 and keeps the calls, so that a test can say what was asked. The calls are kept as they are, not as they were: the SDK's paginators use one input and put the next token
# into it, so that of three pages every call has the token of the last, the first one too. A program that reuses its input, with another desired count, is shown with the last one for each of its calls.
# Answers are handed out as they are as well. What the program takes out of a list is gone from the next answer, which AWS would have given whole.
# An abort signal that has fired is not looked at, where the SDK ends with AbortError. So a test of the pages is red for right code, a test that a service was scaled down before it was scaled up cannot
# be written, and a clean-up that never stops passes.
# Seen: nextToken "3" in all three calls; desiredCount 2 for the call with 0; [] for the second answer; an answer in place of AbortError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund aws-sdk-client-mock@4.1.0 @aws-sdk/client-ecs@3.1164.0
cat > seen.cjs <<'END_OF'
const assert = require("node:assert");
const { mockClient } = require("aws-sdk-client-mock");
const {
  ECSClient, ListTasksCommand, paginateListTasks, DescribeServicesCommand, UpdateServiceCommand } = require("@aws-sdk/client-ecs");

(async () => {
  const client = new ECSClient({ region: "eu-central-1", credentials: { accessKeyId: "one", secretAccessKey: "two" } });
  const aborted = { abortSignal: AbortSignal.abort() };
  await assert.rejects(client.send(new ListTasksCommand({ cluster: "shop" }), aborted), { name: "AbortError" });

  const mock = mockClient(ECSClient);
  const inputs = (command) => mock.commandCalls(command).map((call) => call.args[0].input);
  mock.on(ListTasksCommand)
    .resolvesOnce({ taskArns: ["a"], nextToken: "2" })
    .resolvesOnce({ taskArns: ["b"], nextToken: "3" })
    .resolves({ taskArns: ["c"] });
  const found = [];
  for await (const page of paginateListTasks({ client }, { cluster: "shop" })) found.push(...page.taskArns);
  const tokens = inputs(ListTasksCommand).map((input) => input.nextToken);

  mock.on(UpdateServiceCommand).resolves({});
  const input = { cluster: "shop", service: "web", desiredCount: 0 };
  await client.send(new UpdateServiceCommand(input));
  input.desiredCount = 2;
  await client.send(new UpdateServiceCommand(input));
  const counts = inputs(UpdateServiceCommand).map((kept) => kept.desiredCount);

  mock.on(DescribeServicesCommand).resolves({ services: [{ serviceName: "web" }] });
  const first = await client.send(new DescribeServicesCommand({ services: ["web"] }));
  first.services.pop();
  const second = await client.send(new DescribeServicesCommand({ services: ["web"] }), aborted);

  console.log({ found, tokens, counts, second });
  assert.deepEqual(found, ["a", "b", "c"]);
  assert.deepEqual(tokens, ["3", "3", "3"]);
  assert.deepEqual(counts, [2, 2]);
  assert.deepEqual(second, { services: [] });
})();
END_OF
node seen.cjs 2> said || { cat said; exit 1; }
