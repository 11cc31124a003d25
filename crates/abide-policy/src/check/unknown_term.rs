//! A term that the Data Privacy Vocabulary does not have.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0209",
    name: "unknown-term",
    severity: Severity::Error,
    manual: r#"
`is=` may name a term of the W3C Data Privacy Vocabulary, with its prefix: `pd:EmailAddress`, `dpv:Marketing`,
`eu-gdpr:A15`.

```kdl wrong
policy shop {
    data nickname is=pd:Nicknme
    collect nickname
}
```

```kdl right
policy shop {
    data nickname is=pd:Name
    collect nickname
}
```
"#,
    run: None,
};

/// The finding for `term`; `likely` is the known term it resembles.
pub fn at(span: Span, term: &str, likely: Option<&str>) -> Diagnostic {
    let help = likely.map_or_else(
        || "the prefixes are those of DPV 2.3: `dpv:`, `pd:`, `eu-gdpr:`".to_owned(),
        |likely| format!("did you mean `{likely}`?"),
    );
    CHECK
        .at(span, format!("the Data Privacy Vocabulary has no `{term}`"))
        .here("unknown term")
        .help(help)
}
