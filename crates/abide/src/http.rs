//! HTTP: two listeners, one list of routes for each, one file per endpoint. Never decides what a policy means: it reads
//! the request, asks, and answers.

pub mod access;
pub mod app;
pub mod body;
pub mod consent;
pub mod endpoint;
pub mod guard;
pub mod header;
pub mod idempotency;
pub mod language;
pub mod listener;
pub mod metric;
pub mod openapi;
pub mod pace;
pub mod page;
pub mod pages;
pub mod problem;
pub mod rate;
pub mod record;
pub mod recorded;
pub mod router;
pub mod stream;
pub mod subject;
pub mod tls;
