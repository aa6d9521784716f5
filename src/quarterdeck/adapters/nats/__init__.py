"""NATS: jobs on JetStream, live output and control requests on the core."""
