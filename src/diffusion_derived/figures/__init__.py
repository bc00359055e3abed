"""The figures of the book: one module a chapter, each function draws one picture."""
