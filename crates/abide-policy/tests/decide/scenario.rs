//! One test per thing a policy can say about use: a small policy, and questions with their answers.

use crate::text::check_decisions;

#[test]
fn what_no_line_permits_is_denied_and_the_missing_line_named() {
    check_decisions(
        r#"(A)use email for=newsletter
           (B)share phone with=delivery-provider for=delivery"#,
        &[
            ("use email for=newsletter", "", "permit A"),
            (
                "use email for=ads",
                "",
                "refused: no purpose is called `ads`, in `for`; use a name of the policy or of the standard vocabulary",
            ),
            (
                "use email for=newsleter",
                "",
                "refused: no purpose is called `newsleter`, in `for`; did you mean `newsletter`?",
            ),
            ("use email", "", "ask A: slot for"),
            (
                "use email phone for=newsletter",
                "",
                "deny: line `use phone for=newsletter`",
            ),
            (
                "share phone for=delivery with=delivery-provider",
                "",
                "permit B",
            ),
            (
                "sell phone for=delivery with=delivery-provider",
                "",
                "deny: line `sell phone for=delivery with=delivery-provider`",
            ),
            (
                "message email for=delivery via=sms,email",
                "",
                "deny: line `use email for=delivery { via sms email }`",
            ),
            (
                "message email for=newsletter",
                "",
                "refused: a question about `message` leaves `via` out; give it",
            ),
            (
                "transfer phone with=delivery-provider",
                "",
                "refused: a question about `transfer` leaves `in` out; give it",
            ),
            (
                "link phone",
                "",
                "refused: a question about `link` names fewer than two data; give all that are joined",
            ),
        ],
    );
}
