"""What the record can be written as, each a pure function over its entries."""
