"""The map: pictures of a composed stack, drawn before anything of it exists.

`network` and `system` make a picture of a stack, `details` what is known about each thing in it,
`layout` gives its boxes and arrows a place, `draw` writes SVG and HTML.
"""
