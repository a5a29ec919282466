"""The layers of an environment, one file each, as CDKTF constructs."""

from modules import direct_node, light_arguments, light_provider, load_ahead

direct_node.install()
light_arguments.install()
load_ahead.install()
light_provider.install()
