"""What people add by hand below our resources, one file for each layer with such resources."""
