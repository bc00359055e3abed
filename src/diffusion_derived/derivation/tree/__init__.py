"""What TeX means: terms with a value in every world."""
