"""The layers of an environment, one file each, as CDKTF constructs."""

from modules import direct_node, light_provider

direct_node.install()
light_provider.install()
