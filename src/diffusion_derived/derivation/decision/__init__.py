"""Is an expression zero, or positive, for all allowed values of its symbols?"""
