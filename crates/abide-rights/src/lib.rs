//! Carries plans out over sources. Never reads the clock; never says that something is gone without having looked.
