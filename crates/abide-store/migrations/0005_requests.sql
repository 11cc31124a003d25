-- Rights carried out over other people's databases: what was asked, what was meant to be done before it was done, and
-- what was found afterwards.

-- One exercise of a right over all sources. sealed says for whom, under a key of the request's own that goes when it
-- closes.
CREATE TABLE requests (
    tenant TEXT NOT NULL,
    request_id BYTEA NOT NULL,
    right_name TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    PRIMARY KEY (tenant, request_id)
);
CREATE INDEX requests_state ON requests (tenant, state, request_id);

-- What a request is about to do in one source: hash of the statements and the rows that they were to touch. outcome is
-- what came of it. sealed holds the keys of the rows, under the key of the request; nothing else says of whom.
CREATE TABLE intents (
    tenant TEXT NOT NULL,
    intent_id BYTEA NOT NULL,
    request_id BYTEA NOT NULL,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    statements TEXT NOT NULL,
    expected TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant, intent_id)
);
CREATE INDEX intents_request ON intents (tenant, request_id, intent_id);

-- What was certified of a request, word for word. Nothing in it says of whom.
CREATE TABLE certificates (
    tenant TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    request_id BYTEA NOT NULL,
    grade TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, entry_id)
);
CREATE INDEX certificates_request ON certificates (tenant, request_id, entry_id);
