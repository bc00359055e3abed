"""Why a step holds: rules that run, gaps with a sign, estimates with an error."""
