"""Editing a file of a session in an editor of this machine: nothing is overwritten unseen, and no work is lost."""
