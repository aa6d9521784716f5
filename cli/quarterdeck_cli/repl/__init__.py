"""`qd` alone in a terminal: a prompt that takes the same words as one-shots, with one connection for all of them."""
