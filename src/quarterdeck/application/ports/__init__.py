"""The edges: what the use cases and the roles need from the world. Each has an adapter and a memory twin,
and one contract test that runs on both."""
