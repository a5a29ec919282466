"""What AWS resources say, one model of each thing: IAM policies, secrets."""
