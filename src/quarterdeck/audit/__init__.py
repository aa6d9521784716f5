"""Proofs over the log: the digest chain, its verification, and replays. Pure functions over events."""
