//! A field that no policy can allow: what payment rules forbid to store.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::vocabulary::Kind;

use super::{Check, Context};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0304",
    name: "forbidden-field",
    severity: Severity::Error,
    manual: r#"
Whoever takes payment cards has agreed to PCI DSS: a card's security code is never stored after the payment was authorised
(requirement 3.3.1), and a card number only where it cannot be read (3.5.1). Keep the payment service's token for the card in place
of both; the last four digits may stay (`is=payment-data`).

```kdl wrong
map shop {
    table users { subject; identity email email; column card is=card-number; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column card is=payment-data; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let nouns = cx.nouns();
    for held in cx.held() {
        let is = |name: &str| nouns.is_a(held.category, Kind::Data, name);
        let (what, rule) = if is("cvc") {
            ("security codes of cards", "PCI DSS 3.3.1 forbids to store them")
        } else if is("card-number") {
            ("card numbers", "PCI DSS 3.5.1 asks that nobody can read them where they are stored")
        } else {
            continue;
        };
        findings.push(
            CHECK
                .at(held.name.span, format!("`{}` holds {what}; {rule}", held.place()))
                .here("must not be here")
                .help("drop it and keep the payment service's token; if it is one, or the last four digits, say `is=payment-data`"),
        );
    }
}
