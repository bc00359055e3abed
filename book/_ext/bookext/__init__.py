"""What the book adds to Jupyter Book, one idea a module.

Chapters are plain Markdown, so that they read well in JupyterLab, in Colab and on GitHub. These
modules give the same Markdown its form in the book: boxes, captions, the chapter's header, numbers
of derivations, the glossary's links, and the pages that are computed.
"""

MODULES = (
    "assets",  # role colours first, no scripts that fetch
    "models",  # the runtime and the trained models that pages ask for
    "notebooks",  # what a notebook's stored outputs say about it
    "boxes",  # quotations with a bold lead word, captions
    "exercises",  # notebooks that are not pages
    "header",  # the chapter's question and its facts
    "derivations",  # numbers and links of labelled derivations
    "terms",  # bold terms and the glossary
    "ledger",  # every equation, computed
    "front",  # the thread of chapters and the book's figures
    "strip",  # the drawing that dissolves
    "references",  # references.bib as a list, with who cites what
    "door",  # the folder's address leads to the front page
    "gradelist",  # what the marks mean
    "docstrings",  # Markdown maths in the library's docstrings
)


def setup(app):
    for module in MODULES:
        app.setup_extension(f"bookext.{module}")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
