-- Each person's keys in order, so that finding the first never goes through the keys of everybody.
DROP INDEX data_keys_subject;
CREATE INDEX data_keys_subject ON data_keys (tenant, subject, key_id);
