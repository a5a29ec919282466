"""The map: pictures of a composed stack, drawn before anything of it exists.

`network` and `system` make a picture of a stack, `details` collects what is known about each node,
`layout` places its boxes and arrows, `draw` and `page` write SVG and HTML.
"""
