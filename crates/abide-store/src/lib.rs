//! Our own records. Never commits a write about a person or a policy without its evidence.
