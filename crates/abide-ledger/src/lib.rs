//! Evidence that anyone can check offline. Does no IO, reads no clock, uses no async.
