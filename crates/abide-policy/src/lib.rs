//! Policies as source.
