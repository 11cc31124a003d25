//! The small spellings that C2SP formats share: decimals and key names. Never accepts two spellings of one value.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::LedgerError;

/// A decimal without sign, spaces or leading zeros.
pub(crate) fn parse_decimal(thing: &'static str, text: &str) -> Result<u64, LedgerError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(value) if digits && (text == "0" || !text.starts_with('0')) => Ok(value),
        _ => Err(LedgerError::malformed(
            thing,
            format!(
                "`{}` is not a decimal without leading zeros",
                shortened(text)
            ),
        )),
    }
}

/// Standard base64 with padding; `thing` and `field` name what is read.
pub(crate) fn parse_base64(
    thing: &'static str,
    field: &str,
    text: &str,
) -> Result<Vec<u8>, LedgerError> {
    STANDARD
        .decode(text)
        .map_err(|_| LedgerError::malformed(thing, format!("the {field} is not base64")))
}

/// Standard base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Whether a name may stand in a signature line: not empty, no Unicode spaces, no plus, no control characters.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// Where JSON could not be read. Never quotes it: it may hold a private part.
pub(crate) fn json_error(thing: &'static str, error: &serde_json::Error) -> LedgerError {
    let (line, column) = (error.line(), error.column());
    LedgerError::malformed(
        thing,
        format!("its JSON breaks off or has another shape at line {line}, column {column}"),
    )
}

/// Bytes in lower-case hex.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// At most 40 characters of `text` for a message, without control characters.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(40)
        .collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
