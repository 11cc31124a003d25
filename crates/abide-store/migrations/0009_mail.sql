-- How the sending of letters goes, and what applications asked to be sent.

-- One letter that was tried. tries counts how often, and is what one of two senders loses by. next_at is when it may be tried
-- again, which is also the end of the time that a sender has; without it nobody tries it again, as it is sent or refused.
-- failure is why it was not taken: a code of the mail server, never its words, which may name the person.
CREATE TABLE mailings (
    tenant TEXT NOT NULL,
    letter_id BYTEA NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT,
    failure TEXT,
    PRIMARY KEY (tenant, letter_id)
);

-- A letter that an application asked for rather than a request. subject is the keyed token of whom it goes to, cleared by an
-- erasure; address and text are in letters, under the key of the subject.
CREATE TABLE messages (
    tenant TEXT NOT NULL,
    message_id BYTEA NOT NULL,
    subject BYTEA,
    class TEXT NOT NULL,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    policy TEXT NOT NULL,
    outcome TEXT NOT NULL,
    queued_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, message_id)
);
CREATE INDEX messages_subject ON messages (tenant, subject) WHERE subject IS NOT NULL;
