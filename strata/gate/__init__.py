"""The policy gate: reads synthesized JSON, has checkov judge it, and reports what is unsafe."""
