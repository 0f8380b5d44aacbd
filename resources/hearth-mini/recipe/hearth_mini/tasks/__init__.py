"""Instruction and drill data of Hearth Mini: seeded generators, one module per family."""
