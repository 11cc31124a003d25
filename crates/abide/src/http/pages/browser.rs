//! A browser as a subject: a random number in a cookie that is set when somebody asks for it and never before.

use abide_store::Identifier;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::http::app::App;
use crate::http::problem::Problem;

/// The cookie; the company's own pages send its value along as the subject `cookie`.
const COOKIE: &str = "abide-browser";
/// 395 days, as long as browsers keep any cookie.
const MAX_AGE_SECONDS: u32 = 34_128_000;

/// The number of a browser.
pub struct Browser(String);

/// Hides the number.
impl std::fmt::Debug for Browser {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Browser(…)")
    }
}

impl Browser {
    /// The browser that a request comes from, with a fresh number if it has none.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match cookie(headers, COOKIE).filter(|number| is_number(number)) {
            Some(number) => Ok(Self(number.to_owned())),
            None => number().map(Self),
        }
    }

    /// Whom it stands for.
    pub fn identifier(&self) -> Result<Identifier, Problem> {
        Ok(Identifier::new("cookie", &self.0)?)
    }

    /// The header that keeps it.
    pub fn cookie(&self, wire: Wire) -> Option<HeaderValue> {
        let secure = match wire {
            Wire::Secure => "; Secure",
            Wire::Plain => "",
        };
        let text = format!(
            "{COOKIE}={}; Path=/; Max-Age={MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax{secure}",
            self.0
        );
        HeaderValue::from_str(&text).ok()
    }
}

/// Whether the browser speaks TLS, with us or with whoever stands before us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// It does.
    Secure,
    /// It does not.
    Plain,
}

impl Wire {
    /// How a request came. A header that a stranger sets can only make a cookie stricter.
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        let before = headers.get("x-forwarded-proto");
        match app.config.tls.is_some() || before.is_some_and(|proto| proto == "https") {
            true => Self::Secure,
            false => Self::Plain,
        }
    }
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers.get_all(header::COOKIE).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

fn is_number(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// 128 random bits, as 32 hex digits.
pub fn number() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Problem::broken("drawing a random number", &error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
