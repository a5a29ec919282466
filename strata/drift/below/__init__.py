"""What hands add below our resources, one file for each layer that has such resources."""
