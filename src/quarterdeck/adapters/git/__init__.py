"""Copies of repositories, by the git program for what is trusted and by pygit2 for what a jail wrote."""
