"""Checks of our own, as checkov runs them: `checkov --external-checks-dir policies`."""
