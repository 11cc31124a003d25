//! Passwords that are stored as they are, or hashed in a way that is undone in minutes.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::vocabulary::Kind;

use super::{Check, Context};
use crate::schema::TypeClass;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0311",
    name: "plain-password",
    severity: Severity::Warning,
    manual: r#"
A password is stored as a slow hash with its salt (Argon2, scrypt, bcrypt, PBKDF2, yescrypt), which says by its first letters what it
is. What has another form is a password anyone can read, or a plain digest that a list of common ones undoes. Seen in a sample of
rows; the values themselves are never shown.

```kdl wrong
map shop {
    table users { subject; identity email email; column password is=password; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column password ordinary; erase delete }
}
```
"#,
    run: Some(run),
};

/// How the hashes of passwords start, as their programs write them: modular crypt format, PHC strings, Django, Werkzeug,
/// phpass and its heirs, LDAP schemes that are slow, SCRAM.
const STARTS: &[&str] = &[
    "$argon2", "argon2$", "$2a$", "$2b$", "$2x$", "$2y$", "bcrypt$", "bcrypt_sha256$", "$bcrypt-sha256$", "$scrypt$", "scrypt$",
    "scrypt:", "$7$", "$y$", "$gy$", "$6$", "$5$", "$pbkdf2", "pbkdf2_", "pbkdf2:", "$P$", "$H$", "$S$", "$wp$", "{PBKDF2",
    "{BCRYPT", "{ARGON2", "{CRYPT}$", "{bcrypt}", "{argon2}", "{scrypt}", "{pbkdf2}", "SCRAM-SHA-",
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let nouns = cx.nouns();
    for held in cx.held() {
        if !nouns.is_a(held.category, Kind::Data, "password") {
            continue;
        }
        let name = &held.table.name.value;
        let live = cx.live().and_then(|schema| schema.table(name));
        let sample = cx.samples.iter().find(|(table, _)| table == name);
        let (Some(live), Some((_, sample))) = (live, sample) else {
            continue;
        };
        let column = &held.column.name.value;
        let Some(at) = live.columns.iter().position(|known| known.name == *column) else {
            continue;
        };
        let is_text = live.columns.get(at).is_some_and(|known| known.class == TypeClass::Text);
        let Some(values) = sample.columns.get(at).map(|sample| &sample.values).filter(|_| is_text) else {
            continue;
        };
        let plain = values.iter().filter(|value| !is_hash(value) && !is_locked(value)).count();
        if plain > 0 {
            findings.push(
                CHECK
                    .at(
                        held.column.name.span,
                        format!("{plain} of {} values of `{}` are no password hash that is known", values.len(), held.place()),
                    )
                    .here("may be read")
                    .help("store passwords as Argon2id, scrypt, bcrypt or PBKDF2; if the column holds something else, say what"),
            );
        }
    }
}

fn is_hash(value: &str) -> bool {
    STARTS.iter().any(|start| value.starts_with(start))
}

/// What stands in place of a password that nobody can sign in with.
fn is_locked(value: &str) -> bool {
    value.trim().is_empty() || value.starts_with('!') || value.chars().all(|letter| matches!(letter, '*' | 'x'))
}
