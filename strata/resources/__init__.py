"""The content of AWS resources, with one model for each kind: rules, IAM policies, containers, TLS
policies, secrets."""
