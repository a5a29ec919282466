"""Container images: built, tagged, and pushed to an environment's repository in ECR."""
