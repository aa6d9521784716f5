"""`qd`: the command-line client. Speaks GraphQL to the gateway and imports nothing of the server."""
