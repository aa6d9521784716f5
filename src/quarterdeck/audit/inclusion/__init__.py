"""Proofs that the events of a part belong to the log whose tree was signed."""
