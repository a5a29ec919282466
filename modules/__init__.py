"""The layers of an environment, one file each, as CDKTF constructs."""

from modules import light_provider

light_provider.install()
