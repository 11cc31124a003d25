//! Every key of `abide.kdl` in one table, and the check against it. Reads no value.

use abide_policy::diagnostic::{Diagnostic, Findings, Label, Severity};
use abide_policy::source::Span;
use abide_policy::suggest::closest;
use abide_policy::syntax::Statement;

/// A key, and what may stand with it.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it sets.
    pub sets: &'static str,
    /// How many values follow it.
    pub values: Values,
    /// Its properties.
    pub properties: &'static [&'static str],
    /// The keys in its block.
    pub children: &'static [Key],
}

/// How many values follow a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// None: it has a block or properties, and `observe` may stand on several lines.
    None,
    /// Exactly one.
    One,
    /// Exactly one, a name: there may be several of them.
    Name,
    /// One or more, on one line or several.
    Many,
}

const fn one(name: &'static str, sets: &'static str) -> Key {
    Key {
        name,
        sets,
        values: Values::One,
        properties: &[],
        children: &[],
    }
}

const fn section(name: &'static str, sets: &'static str, children: &'static [Key]) -> Key {
    Key {
        name,
        sets,
        values: Values::None,
        properties: &[],
        children,
    }
}

/// The keys at the top of the file.
pub const KEYS: &[Key] = &[
    one(
        "store",
        "where records are kept: `sqlite:PATH` or `postgres://…`",
    ),
    one("keys", "the key file, which only its owner may read"),
    one("journal", "the erasure journal, apart from the store"),
    one(
        "journal-days",
        "how old a backup may be for erasures since to be known again; without end when nothing is said",
    ),
    section(
        "listen",
        "the two addresses",
        &[
            one("public", "for people and browsers"),
            one("internal", "for applications and staff"),
        ],
    ),
    section(
        "tls",
        "HTTPS on both addresses",
        &[
            one("certificate", "PEM file with the chain"),
            one("key", "PEM file with the private key"),
        ],
    ),
    section(
        "limits",
        "what a caller may ask",
        &[
            one("body-bytes", "largest body"),
            one(
                "stream-bytes",
                "largest body of an audience, which is read as it arrives",
            ),
            one("depth", "how deep JSON may nest"),
            one("batch", "questions or consents in one request"),
            one("header-seconds", "time to send the head of a request"),
            one("request-seconds", "time for a request"),
            one("connections", "open connections on each listener"),
            one("concurrency", "requests at once on each listener"),
            one("per-key", "requests a second for an API key"),
            one("per-address", "requests a second for a public address"),
            one("recent-hours", "how long decisions are kept for previews"),
        ],
    ),
    Key {
        name: "policy",
        sets: "policies to publish and activate at start: paths, or names that ship with the program",
        values: Values::Many,
        properties: &[],
        children: &[],
    },
    Key {
        name: "source",
        sets: "a database that requests are carried out in, by a name of its own",
        values: Values::Name,
        properties: &[],
        children: &[
            one("url", "where it is, without a password"),
            one(
                "password-env",
                "the environment variable that holds its password",
            ),
            one("password-file", "the file that holds its password"),
            section("read-only", "nothing may be changed there", &[]),
            one("map", "the map of it"),
            one("connections", "the most connections at once"),
            one("lock-seconds", "time to wait for a lock"),
            one("statement-seconds", "time for one statement"),
            one("ca", "PEM file with the certificates that sign its own"),
        ],
    },
    section(
        "sign-in",
        "how your own login says who somebody is, for the privacy centre",
        &[
            one("url", "where people sign in"),
            one("issuer", "what the login calls itself: `iss`"),
            one("audience", "what it calls this server: `aud`"),
            one(
                "subject",
                "the kind of identifier that its names for people are",
            ),
            one("public-key", "PEM file of its public key, P-256 or Ed25519"),
            one(
                "secret-file",
                "file with a secret that both hold, instead of a public key",
            ),
        ],
    ),
    section(
        "assume",
        "what is taken to be so of a subject of whom it is not known",
        &[
            one("residence", "place of residence"),
            one("age-at-least", "whole years of age"),
        ],
    ),
    Key {
        name: "observe",
        sets: "what is observed until told otherwise; alone, everything",
        values: Values::None,
        properties: &["property", "for"],
        children: &[],
    },
    Key {
        name: "switch-off",
        sets: "controls that are not used here, so that `abide prove` counts no promise on them",
        values: Values::Many,
        properties: &[],
        children: &[],
    },
    section(
        "requests",
        "how requests of people are handled",
        &[
            Key {
                name: "approve",
                sets: "kinds of requests that a second person has to approve",
                values: Values::Many,
                properties: &[],
                children: &[],
            },
            one("package-days", "how long a package waits to be fetched"),
            one(
                "forget-days",
                "how long after its end it is known whom a request was about",
            ),
        ],
    ),
    section(
        "mail",
        "the server that letters go out by",
        &[
            one("host", "its name or address"),
            one("port", "its port; 587, or 465 with `tls implicit`"),
            one("tls", "`start`, `implicit`, or `none` without a password"),
            one("ca", "PEM file with the certificates that sign its own"),
            one("from", "whom letters are from: a name and an address"),
            one(
                "user-env",
                "the environment variable that holds the name to sign in with",
            ),
            one(
                "password-env",
                "the environment variable that holds the password",
            ),
            one("password-file", "the file that holds the password"),
            section(
                "dkim",
                "what letters are signed with",
                &[
                    one("selector", "the name of the key below `_domainkey`"),
                    one(
                        "domain",
                        "the domain that signs; that of `from` unless said",
                    ),
                    one("key-file", "PEM file with the private key, RSA or Ed25519"),
                ],
            ),
            one("privacy-centre", "the site that the privacy centre is on"),
        ],
    ),
    section(
        "log",
        "what is logged",
        &[
            one("format", "`text` or `json`"),
            one("level", "`error`, `warn`, `info`, `debug` or `trace`"),
        ],
    ),
];

/// Reports keys that do not exist, stand twice, or have too many or too few values.
pub(super) fn check(statements: &[Statement], keys: &'static [Key], findings: &mut Findings) {
    for (order, statement) in statements.iter().enumerate() {
        let name = &statement.name;
        let Some(key) = keys.iter().find(|key| key.name == name.value) else {
            findings.push(unknown(
                &name.value,
                name.span,
                keys.iter().map(|key| key.name),
            ));
            continue;
        };
        let may_repeat =
            matches!(key.values, Values::Many | Values::Name) || !key.properties.is_empty();
        let earlier = statements[..order]
            .iter()
            .find(|earlier| earlier.name.value == name.value);
        if let Some(earlier) = earlier.filter(|_| !may_repeat) {
            findings.push(
                finding(
                    "C02",
                    "repeated-key",
                    format!("`{}` is set twice", key.name),
                    name.span,
                )
                .label(earlier.name.span, "set here first")
                .help("keep one of the two"),
            );
        }
        check_values(statement, key, findings);
        check(&statement.children, key.children, findings);
    }
}

fn check_values(statement: &Statement, key: &Key, findings: &mut Findings) {
    let count = statement.args.len();
    let fits = match key.values {
        Values::None => count == 0,
        Values::One | Values::Name => count == 1,
        Values::Many => count > 0,
    };
    if !fits {
        let wants = match key.values {
            Values::None => "no value",
            Values::One => "one value",
            Values::Name => "one name",
            Values::Many => "at least one value",
        };
        let message = format!("`{}` takes {wants}, and has {count}", key.name);
        findings.push(
            finding("C03", "wrong-count", message, statement.name.span)
                .help(format!("`{}` sets {}", key.name, key.sets)),
        );
    }
    for property in &statement.props {
        let name = &property.name;
        if !key.properties.contains(&name.value.as_str()) {
            findings.push(unknown(
                &name.value,
                name.span,
                key.properties.iter().copied(),
            ));
        }
    }
}

fn unknown(
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Diagnostic {
    let message = format!("unknown key `{name}`");
    let found = finding("C01", "unknown-key", message, span);
    let all = known
        .clone()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>();
    match closest(name, known) {
        Some(likely) => found.help(format!("did you mean `{likely}`?")),
        None if all.is_empty() => found.help("nothing can be set here"),
        None => found.help(format!("there are {}", all.join(", "))),
    }
}

/// An error at a place of the file.
pub(super) fn finding(
    code: &'static str,
    name: &'static str,
    message: impl Into<String>,
    span: Span,
) -> Diagnostic {
    Diagnostic {
        code,
        name,
        severity: Severity::Error,
        message: message.into(),
        labels: vec![Label {
            span,
            text: String::new(),
        }],
        help: None,
    }
}
