-- Sweeps of other people's databases, from when they are recorded as intended until they are recorded as settled.

-- What stands here was begun. If nobody is at it any more it was cut short, and the next sweep of that source settles it
-- by its markers.
CREATE TABLE sweeps (
    tenant TEXT NOT NULL,
    sweep_id BYTEA NOT NULL,
    source TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, sweep_id)
);
