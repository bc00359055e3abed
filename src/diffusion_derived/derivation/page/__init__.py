"""How a derivation is shown: HTML, Markdown and text."""
