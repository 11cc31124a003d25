-- Facts that are not a subject's choice: contracts of recipients, open cases, events, and decisions kept for a preview.

-- A fact that holds of a recipient from since to until, such as a signed contract. Later rows replace earlier ones.
CREATE TABLE register (
    tenant TEXT NOT NULL,
    recipient TEXT NOT NULL,
    fact TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    arrival BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT,
    document_hash BYTEA,
    PRIMARY KEY (tenant, recipient, fact, entry_id)
);

-- A case, such as one request of an authority, and the facts that hold of it.
CREATE TABLE cases (
    tenant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    facts TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    entry_id BYTEA NOT NULL,
    PRIMARY KEY (tenant, case_id)
);

-- Events that happened to a subject and start or end windows.
CREATE TABLE occurrences (
    tenant TEXT NOT NULL,
    subject BYTEA NOT NULL,
    event TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, subject, event, entry_id)
);
CREATE INDEX occurrences_entry ON occurrences (tenant, entry_id);

-- Facts that hold for everyone or for nobody.
CREATE TABLE global_facts (
    tenant TEXT NOT NULL,
    fact TEXT NOT NULL,
    holds BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, fact)
);

-- Recent decisions, to preview another version against. Pruned by age.
CREATE TABLE decisions (
    tenant TEXT NOT NULL,
    at BIGINT NOT NULL,
    id BYTEA NOT NULL,
    subject BYTEA,
    question TEXT NOT NULL,
    effect TEXT NOT NULL,
    would TEXT,
    policy TEXT NOT NULL,
    PRIMARY KEY (tenant, at, id)
);
CREATE INDEX decisions_subject ON decisions (tenant, subject) WHERE subject IS NOT NULL;

-- Nodes that follow the log look up what an entry changed.
CREATE INDEX register_entry ON register (tenant, entry_id);
CREATE INDEX activations_entry ON activations (tenant, entry_id);
