"""The gateway: GraphQL over HTTP and WebSocket, health and metrics. Who asks is established here, once."""
