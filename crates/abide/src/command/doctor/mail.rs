//! The mail server: whether it lets us in. Sends nothing.

use super::line::Line;
use crate::config::Config;
use crate::mail::Post;

const WHAT: &str = "mail server";

/// Signs in at the mail server that is configured, if one is.
pub async fn examine(config: &Config) -> Option<Line> {
    let mail = config.mail.as_ref()?;
    let help = "look at the section `mail` of `abide.kdl`, and whether the server is up; letters wait until then";
    let post = match Post::open(mail) {
        Ok(post) => post,
        Err(error) => return Some(Line::error(WHAT, format!("{error:#}"), help)),
    };
    if let Err(error) = post.try_out().await {
        return Some(Line::error(WHAT, format!("{error:#}"), help));
    }
    Some(match post.signer() {
        Some(_) => Line::ok(WHAT, "it lets us in; letters are signed"),
        None => Line::warning(
            WHAT,
            "it lets us in; letters are not signed",
            "set `dkim`, unless the server signs them itself: unsigned letters land where nobody looks",
        ),
    })
}
