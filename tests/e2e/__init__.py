"""The whole product, as users meet it."""
