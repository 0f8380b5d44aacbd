"""The training recipe of Hearth Mini."""
