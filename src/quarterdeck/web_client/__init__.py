"""The web client: where its files are, and how they are built in a checkout.

Only the standard library is used here: the build of a wheel runs this before anything is installed.
"""
