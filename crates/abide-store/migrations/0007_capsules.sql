-- What an erasure took away, for as long as it may be undone.

-- One capsule for each intent that a map lets be undone: the rows as they were, sealed under a key of the capsule's own. The
-- key goes when the time is over, when the capsule has been used, and when the intent came to nothing.
CREATE TABLE capsules (
    tenant TEXT NOT NULL,
    capsule_id BYTEA NOT NULL,
    request_id BYTEA NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant, capsule_id)
);
CREATE INDEX capsules_request ON capsules (tenant, request_id, capsule_id);
CREATE INDEX capsules_until ON capsules (tenant, state, until_at);
