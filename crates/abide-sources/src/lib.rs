//! Reads and changes other people's databases. Never keeps a credential, never writes a value to a log.
