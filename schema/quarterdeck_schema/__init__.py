"""The GraphQL schema: one folder per noun. `schema.graphql` is its printed form, the contract with every client."""
