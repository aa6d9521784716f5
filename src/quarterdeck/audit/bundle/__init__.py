"""Bundles: a log, or a part of it, in one file that is checked and read without a server."""
