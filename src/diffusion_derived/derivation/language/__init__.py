"""The book's TeX, read: tokens, names, grammar and notation."""
