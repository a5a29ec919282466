"""All layers planned as one, against AWS and the merged states."""
