"""The layers of an environment, one file each, as CDKTF constructs."""

from modules import direct_node, light_provider, load_ahead

direct_node.install()
load_ahead.install()
light_provider.install()
