"""The rules, pure: one module per aggregate. Imports no framework and nothing of ours but itself."""
