"""Tables for programs of others: what is in them, as CSV and as Parquet."""
