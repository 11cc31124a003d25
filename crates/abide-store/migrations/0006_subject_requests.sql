-- What people ask for: each request with its course, event by event; codes that prove an address; letters to be sent;
-- packages to be fetched. The runs that carry erasures out are in `requests`.

-- One request. subject is the keyed token of whom it is about, cleared by an erasure; sole is the same while the request is
-- open and another of its kind would be a duplicate. sealed says who asks and for what, under a key of the request's own
-- that goes some time after it closed. version counts its events. next_at is when something is due by itself.
CREATE TABLE subject_requests (
    tenant TEXT NOT NULL,
    request_id BYTEA NOT NULL,
    subject BYTEA,
    sole BYTEA,
    kind TEXT NOT NULL,
    acting TEXT NOT NULL,
    state TEXT NOT NULL,
    received_on TEXT NOT NULL,
    due_on TEXT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    next_at BIGINT,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    PRIMARY KEY (tenant, request_id)
);
CREATE UNIQUE INDEX subject_requests_sole ON subject_requests (tenant, kind, sole) WHERE sole IS NOT NULL;
CREATE INDEX subject_requests_subject ON subject_requests (tenant, subject) WHERE subject IS NOT NULL;
CREATE INDEX subject_requests_next ON subject_requests (tenant, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX subject_requests_state ON subject_requests (tenant, state, request_id);

-- What happened to a request, in order, without gaps from 1. detail says nothing of a person; sealed is under the key of
-- the request.
CREATE TABLE request_events (
    tenant TEXT NOT NULL,
    request_id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    event TEXT NOT NULL,
    detail TEXT NOT NULL,
    sealed BYTEA,
    key_id BYTEA,
    actor TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, request_id, number)
);

-- Codes that were sent to an address of a request, as keyed hashes; the last one counts.
CREATE TABLE request_codes (
    tenant TEXT NOT NULL,
    request_id BYTEA NOT NULL,
    address BIGINT NOT NULL,
    code_hash BYTEA NOT NULL,
    tries_left BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, request_id, address)
);

-- Letters to people, until somebody has sent them. sealed holds address and text, under the key of the request.
CREATE TABLE letters (
    tenant TEXT NOT NULL,
    letter_id BYTEA NOT NULL,
    request_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    lang TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    queued_at BIGINT NOT NULL,
    sent_at BIGINT,
    PRIMARY KEY (tenant, letter_id)
);
CREATE INDEX letters_unsent ON letters (tenant, letter_id) WHERE sent_at IS NULL;

-- Packages that wait to be fetched, in pieces, each sealed under the key of its request.
CREATE TABLE package_parts (
    tenant TEXT NOT NULL,
    request_id BYTEA NOT NULL,
    number BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    PRIMARY KEY (tenant, request_id, number)
);
