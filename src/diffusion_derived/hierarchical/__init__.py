"""Hierarchies of latent levels: linear ones, solved exactly, and trained ones (chapter 8)."""

from diffusion_derived.hierarchical.kernels import LinearStep, Normal
from diffusion_derived.hierarchical.linear import HierarchyBound, LinearHierarchy
from diffusion_derived.hierarchical.recipes import Recipe, Run, Score, evaluate, fit
from diffusion_derived.hierarchical.restrictions import (
    Restrictions,
    diffusion_hierarchy,
    fixed_encoder,
    restrictions,
    walk,
)
from diffusion_derived.hierarchical.stacks import (
    BottomUp,
    Levels,
    LevelsBound,
    TopDown,
    TwoLevels,
    merged,
    shifted,
)

__all__ = [
    "BottomUp",
    "HierarchyBound",
    "Levels",
    "LevelsBound",
    "LinearHierarchy",
    "LinearStep",
    "Normal",
    "Recipe",
    "Restrictions",
    "Run",
    "Score",
    "TopDown",
    "TwoLevels",
    "diffusion_hierarchy",
    "evaluate",
    "fit",
    "fixed_encoder",
    "merged",
    "restrictions",
    "shifted",
    "walk",
]
