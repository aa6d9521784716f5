"""What the gateway counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "quarterdeck_gateway_requests", "GraphQL requests by transport and outcome.", ["transport", "outcome"]
)
REQUEST_SECONDS = Histogram(
    "quarterdeck_gateway_request_seconds",
    "Time to answer a GraphQL request over HTTP.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SOCKETS = Gauge("quarterdeck_gateway_sockets", "Open WebSockets.")
SUBSCRIPTIONS = Gauge("quarterdeck_gateway_subscriptions", "Open subscriptions.")
MESSAGES = Counter(
    "quarterdeck_gateway_messages", "Subscription messages sent, by how they were encoded.", ["encoding"]
)
CUT_OFF = Counter("quarterdeck_gateway_cut_off", "WebSockets that the gateway ended, by reason.", ["reason"])
FOLLOWED = Gauge("quarterdeck_gateway_followed_commands", "Commands whose output is followed.")
FELL_BEHIND = Counter("quarterdeck_gateway_fell_behind", "Times a subscriber fell behind live output.")
