"""The least IAM policy that deploys an environment."""
