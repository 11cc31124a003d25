-- Tokens of subjects that were just erased, so that every node forgets them. Emptied after a day.
CREATE TABLE erased_lately (
    tenant TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    subject BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, entry_id, subject)
);
CREATE INDEX erased_lately_at ON erased_lately (tenant, at);
