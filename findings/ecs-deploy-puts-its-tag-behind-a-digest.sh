#!/usr/bin/env bash
# ecs-deploy 1.17.0 (PyPI) with boto3 1.43.117 and moto 5.2.5, Python 3.11, 2026-11-29.
# `ecs deploy shop web --tag 2` gives the images of a task definition a new tag, all of them, as its help says. An image that is pinned by its digest is expected to stay, or to get the tag in place of the digest. What is behind the last
# colon is taken for the tag: app@sha256:9f86... becomes app@sha256:2, and a repository with a port and no tag, registry.example:5000/app, becomes registry.example:2, without the repository. The command says "Changed image", registers the revision,
# moves the service to it and deregisters the one before. ECS takes any text for an image; only the pull fails.
# A sidecar for logs, pinned as one should, so breaks the deployment of the application beside it, and the revision to go back to is inactive.
# Seen: these two images in the new revision, beside app:2 from app:1; exit code 0, and INACTIVE for the old revision.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ecs-deploy==1.17.0 moto==5.2.5 boto3==1.43.117 botocore==1.43.117 flask flask-cors
cd "$folder"
cat > seen.py <<'END_OF'
import logging
import os
import subprocess

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"

import boto3

ecs = boto3.client("ecs")
digest = "sha256:" + "9f86d081" * 8
images = {"app": "shop/app:1", "logs": f"fluent/fluent-bit@{digest}", "proxy": "registry.example:5000/proxy"}
try:
    ecs.create_cluster(clusterName="shop")
    containers = [{"name": name, "image": image, "memory": 128} for name, image in images.items()]
    made = ecs.register_task_definition(family="web", containerDefinitions=containers)["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition=made, desiredCount=0)
    ran = subprocess.run(["venv/bin/ecs", "deploy", "shop", "web", "--tag", "2", "--timeout", "20"], capture_output=True, text=True)
    old = ecs.describe_task_definition(taskDefinition="web:1")["taskDefinition"]
    new = ecs.describe_task_definition(taskDefinition="web:2")["taskDefinition"]
    [service] = ecs.describe_services(cluster="shop", services=["web"])["services"]
finally:
    server.stop()
print(ran.stdout, ran.stderr)
seen = {container["name"]: container["image"] for container in new["containerDefinitions"]}
print(ran.returncode, seen, old["status"])
assert ran.returncode == 0 and "Deployment successful" in ran.stdout
assert seen == {"app": "shop/app:2", "logs": "fluent/fluent-bit@sha256:2", "proxy": "registry.example:2"}
assert old["status"] == "INACTIVE" and service["taskDefinition"].endswith("web:2")
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 venv/bin/python -W ignore seen.py
