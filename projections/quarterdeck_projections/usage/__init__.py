"""Facts of usage: what was used, when, by whom and for what; measured on events, priced, and summed up by time."""
