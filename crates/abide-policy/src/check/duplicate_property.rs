//! A property that is given twice.

use super::Check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Spanned;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0102",
    name: "duplicate-property",
    severity: Severity::Error,
    manual: r#"
KDL keeps only the last of two properties with one name, so the first would be lost without a word. Several values of
one slot go into a child.

```kdl wrong
policy shop {
    recipient paypal braintree
    share card-number with=paypal with=braintree for=payment
}
```

```kdl right
policy shop {
    recipient paypal braintree
    share card-number for=payment { with paypal braintree }
}
```
"#,
    run: None,
};

/// The finding for `name`, given before at `earlier`, with both values.
pub fn at(name: &Spanned<String>, earlier: &Spanned<String>, values: &[&str]) -> Diagnostic {
    CHECK
        .at(
            name.span,
            format!("`{}` is given twice on one line", name.value),
        )
        .here("again here")
        .label(earlier.span, "first here")
        .help(format!(
            "write several values as a child: `{{ {} {} }}`",
            name.value,
            values.join(" ")
        ))
}
