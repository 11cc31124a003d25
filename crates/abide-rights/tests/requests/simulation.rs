//! Years of mixed requests with crashes, jumps of the clock, duplicates and sources that fail.
