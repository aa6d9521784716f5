"""Control groups on the host: what there is (`hierarchies`), and one set of groups per session (`sessions`)."""
