"""The commands, one module per noun. Importing them all makes the app."""
