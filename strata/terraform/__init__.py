"""The Terraform binary, its processes and what they print; knows no layer and no settings."""
