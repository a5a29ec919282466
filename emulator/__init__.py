"""AWS on this machine: moto's server, with what it lacks filled in and as strict as AWS.

Runs in a virtual environment of its own, since checkov and moto want different versions of boto3.
"""
