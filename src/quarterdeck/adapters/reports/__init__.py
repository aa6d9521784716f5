"""Reports as mail, page, text, CSV and JSON."""
