"""The smallest page that shows widgets: the book's scripts, and nothing else of the book."""

from pathlib import Path

STATIC = Path(__file__).parents[2] / "book" / "_static"
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Widgets</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{static}/vendor/require.js"></script>
<script src="{static}/widgets-config.js"></script>
<script>diffusionDerived.files = "{files}/"</script>
<script src="{static}/vendor/html-manager/embed-amd.js"></script>
<script type="application/vnd.jupyter.widget-state+json">{state}</script></head>
<body style="margin: 16px; background: {ground}; color: {ink}">
<main><h1>Widgets</h1>{views}</main></body></html>
"""
VIEW = '<div><script type="application/vnd.jupyter.widget-view+json">{}</script></div>'
