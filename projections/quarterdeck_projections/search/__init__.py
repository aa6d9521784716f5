"""What commands and their output say, as words to find them by."""
