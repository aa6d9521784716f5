-- For those who look for events of a kind, or of somebody, in a log of millions. Each index costs every append, and
-- what a part of the system did is found soon without one.

CREATE INDEX events_topic_idx ON log.events (topic, position);
CREATE INDEX events_actor_idx ON log.events (actor_kind, actor_id, position) WHERE actor_kind <> 'system';
