-- Evidence, the log it is sequenced into, subjects, their choices, published policies and access to the server.
-- Times are milliseconds since 1970. Every primary key begins with the tenant.

-- Numbers given out by the store; the row of tenant '' named 'arrivals' is the order of arrival on SQLite.
CREATE TABLE counters (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (tenant, name)
);
INSERT INTO counters (tenant, name, value) VALUES ('', 'arrivals', 0);

-- Keys that seal one subject's records, wrapped by the master key; a subject may have several, nobody's have none.
-- Backed up apart from everything else: without them the rest says nothing of anyone.
CREATE TABLE data_keys (
    tenant TEXT NOT NULL,
    key_id BYTEA NOT NULL,
    subject BYTEA,
    wrapped BYTEA NOT NULL,
    master_id TEXT NOT NULL,
    PRIMARY KEY (tenant, key_id)
);
CREATE INDEX data_keys_subject ON data_keys (tenant, subject);

-- One row an entry. public and commitment are for everyone; sealed holds salt and private part; subject is a keyed
-- token, cleared by an erasure.
CREATE TABLE evidence (
    tenant TEXT NOT NULL,
    id BYTEA NOT NULL,
    arrival BIGINT NOT NULL,
    public TEXT NOT NULL,
    commitment BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    subject BYTEA,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX evidence_subject ON evidence (tenant, subject, arrival) WHERE subject IS NOT NULL;

-- Entries that have no number yet: a set that the sequencer empties, never a cursor.
CREATE TABLE pending (
    tenant TEXT NOT NULL,
    arrival BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL,
    PRIMARY KEY (tenant, arrival)
);

-- Numbered entries, without gaps from 0.
CREATE TABLE sequence (
    tenant TEXT NOT NULL,
    seq BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    leaf_hash BYTEA NOT NULL,
    PRIMARY KEY (tenant, seq)
);
CREATE UNIQUE INDEX sequence_entry ON sequence (tenant, entry_id);

-- The tree in C2SP tiles; the last tile of a level is partial.
CREATE TABLE tiles (
    tenant TEXT NOT NULL,
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (tenant, level, number)
);

-- One row a log: its state and who sequences it. size and epoch are compared before each change.
CREATE TABLE logs (
    tenant TEXT NOT NULL,
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    continues TEXT,
    signer TEXT NOT NULL,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (tenant)
);

-- Every checkpoint ever signed, as a note.
CREATE TABLE checkpoints (
    tenant TEXT NOT NULL,
    number BIGINT NOT NULL,
    origin TEXT NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, number)
);
CREATE UNIQUE INDEX checkpoints_size ON checkpoints (tenant, origin, size);

-- Statements by which an old signing key names its successor.
CREATE TABLE key_rotations (
    tenant TEXT NOT NULL,
    number BIGINT NOT NULL,
    statement TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, number)
);

-- A person, device or account: a keyed token, and the identifier sealed. profile says nothing that identifies.
CREATE TABLE subjects (
    tenant TEXT NOT NULL,
    token BYTEA NOT NULL,
    kind TEXT NOT NULL,
    sealed_identifier BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    profile TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, token)
);

-- A device that turned out to be someone known, and the like. Both keep their history.
CREATE TABLE links (
    tenant TEXT NOT NULL,
    token BYTEA NOT NULL,
    into_token BYTEA NOT NULL,
    entry_id BYTEA NOT NULL,
    arrival BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, token, into_token)
);
CREATE INDEX links_into ON links (tenant, into_token);

-- What a subject said to what, with exactly what was shown. Never changed; an erasure clears the subject.
CREATE TABLE choices (
    tenant TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    arrival BIGINT NOT NULL,
    subject BYTEA,
    matter TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    scope TEXT NOT NULL,
    policy TEXT,
    shown_hash BYTEA,
    shown_lang TEXT,
    shown_variant TEXT,
    actor TEXT NOT NULL,
    actor_ref BYTEA,
    source TEXT NOT NULL,
    signals TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    ends BYTEA,
    PRIMARY KEY (tenant, entry_id)
);
CREATE INDEX choices_subject ON choices (tenant, subject, arrival) WHERE subject IS NOT NULL;
CREATE INDEX choices_until ON choices (tenant, until) WHERE until IS NOT NULL;
CREATE UNIQUE INDEX choices_ends ON choices (tenant, ends) WHERE ends IS NOT NULL;

-- Texts that people were shown, each stored once.
CREATE TABLE shown (
    tenant TEXT NOT NULL,
    hash BYTEA NOT NULL,
    lang TEXT NOT NULL,
    variant TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (tenant, hash, lang, variant)
);

-- Published versions of policies, whole.
CREATE TABLE policies (
    tenant TEXT NOT NULL,
    policy TEXT NOT NULL,
    version_hash TEXT NOT NULL,
    version_date TEXT NOT NULL,
    files TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    PRIMARY KEY (tenant, policy, version_hash)
);

-- Which version is in force; the last row counts.
CREATE TABLE activations (
    tenant TEXT NOT NULL,
    policy TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    arrival BIGINT NOT NULL,
    version_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, policy, entry_id)
);
CREATE INDEX activations_arrival ON activations (tenant, policy, arrival);

-- Observe or enforce, by property and purpose; the last row counts. Empty stands for all.
CREATE TABLE modes (
    tenant TEXT NOT NULL,
    policy TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    arrival BIGINT NOT NULL,
    property TEXT NOT NULL,
    purpose TEXT NOT NULL,
    mode TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, policy, entry_id)
);

-- Answers kept so that a repeated request does nothing twice.
CREATE TABLE idempotency (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    body_hash BYTEA NOT NULL,
    status BIGINT NOT NULL,
    response BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_at ON idempotency (tenant, at);

-- Keys of the server's interface, as keyed hashes.
CREATE TABLE api_keys (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    api_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (tenant, id)
);
