//! When a certificate stops being valid. Reads the two dates of an X.509 certificate and nothing else; proves nothing.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The moment after which a certificate in DER is not valid (RFC 5280 §4.1.2.5); `None` if it cannot be read.
pub fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (fields, _) = element(certificate, SEQUENCE)?;
    let fields = match fields.first() {
        Some(&VERSION) => element(fields, VERSION)?.1,
        _ => fields,
    };
    let (_serial, fields) = element(fields, INTEGER)?;
    let (_algorithm, fields) = element(fields, SEQUENCE)?;
    let (_issuer, fields) = element(fields, SEQUENCE)?;
    let (validity, _) = element(fields, SEQUENCE)?;
    let (_, _not_before, rest) = any_element(validity)?;
    let (tag, not_after, _) = any_element(rest)?;
    moment(tag, std::str::from_utf8(not_after).ok()?)
}

/// The content of the element with this tag at the start of the bytes, and the bytes behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any_element(der)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the element at the start of the bytes, and the bytes behind it (X.690 §8.1).
fn any_element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, der) = der.split_first()?;
    let (&first, der) = der.split_first()?;
    let (length, der) = match usize::from(first) {
        short @ 0..=0x7f => (short, der),
        long @ 0x81..=0x84 => {
            let (bytes, der) = der.split_at_checked(long - 0x80)?;
            let length = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, der)
        }
        _ => return None,
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; years of two digits are 1950 to 2049.
fn moment(tag: u8, text: &str) -> Option<Timestamp> {
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let digits = rest.strip_suffix('Z').filter(|digits| digits.len() == 10)?;
    let part = |at: usize| digits.get(at..at + 2)?.parse::<i8>().ok();
    let day = Date::new(year, part(0)?, part(2)?).ok()?;
    let time = Time::new(part(4)?, part(6)?, part(8)?, 0).ok()?;
    let zoned = day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject as _;

    use super::not_after;

    const OF_TWO_DIGITS: &str = "\
-----BEGIN CERTIFICATE-----
MIIBRDCB96ADAgECAhQcKzLmEV/J5W+tMmkm1OihUwpzmDAFBgMrZXAwGDEWMBQG
A1UEAwwNYWJpZGUuZXhhbXBsZTAeFw0yNjExMjIwMDQwNTFaFw0yNzAzMDIwMDQw
NTFaMBgxFjAUBgNVBAMMDWFiaWRlLmV4YW1wbGUwKjAFBgMrZXADIQD4JxzObQlt
cCDBOWqoh148vidZV36TDAHQA32hRLWRv6NTMFEwHQYDVR0OBBYEFFTU1QnCMoiI
HCJuUPmHU24Ij13xMB8GA1UdIwQYMBaAFFTU1QnCMoiIHCJuUPmHU24Ij13xMA8G
A1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAwQEFLHHd7Sl6mTDc6iO0jCvR7Ab4sji0
FQkkTz6XbYgcNdjo6C5U4n1R7eJlsDDL+JSuEuJwFd7no3s22E5BDg==
-----END CERTIFICATE-----";

    const OF_FOUR_DIGITS: &str = "\
-----BEGIN CERTIFICATE-----
MIIBRjCB+aADAgECAhQB6QlcMLcoZBWMQbVeU6J4XzBHNTAFBgMrZXAwGDEWMBQG
A1UEAwwNYWJpZGUuZXhhbXBsZTAgFw0yNjExMjIwMDQwNTJaGA8yMTI2MTAyOTAw
NDA1MlowGDEWMBQGA1UEAwwNYWJpZGUuZXhhbXBsZTAqMAUGAytlcAMhAOiai+xJ
o5bOTzeym0Q1fWD9H7nXT2NnYE7/0HrJ5jnio1MwUTAdBgNVHQ4EFgQUtaDQqH3s
FKd0obJRk6e++2UyoWswHwYDVR0jBBgwFoAUtaDQqH3sFKd0obJRk6e++2UyoWsw
DwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQCkE84Qwem9QVTpDHHxRKCKRjf57Jph
kFtyd8zhp6B7ZkvI2H8JjvzNYCrtwLH70E2hP5fO6PPGJoHo1phwatAO
-----END CERTIFICATE-----";

    #[test]
    fn both_forms_of_a_date_are_read() {
        for (pem, expected) in [
            (OF_TWO_DIGITS, "2027-03-02T00:40:51Z"),
            (OF_FOUR_DIGITS, "2126-10-29T00:40:52Z"),
        ] {
            let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
            assert_eq!(not_after(&certificate).unwrap(), expected.parse().unwrap());
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_date() {
        let certificate = CertificateDer::from_pem_slice(OF_TWO_DIGITS.as_bytes()).unwrap();
        for end in 0..150 {
            assert_eq!(not_after(&certificate[..end]), None);
        }
        assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
