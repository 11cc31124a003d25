//! What is taken and what is refused of a login's word, under each algorithm. Follows the advice of RFC 8725.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use serde_json::{Value, json};

use super::{AssertionKey, ED25519_PREFIX, Expected, P256_PREFIX, Refused, check};

const NOW: i64 = 1_780_000_000;

/// Signs bytes.
type Signer = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key with what signs for it.
struct Login {
    key: AssertionKey,
    sign: Signer,
}

fn shared() -> Login {
    let secret = b"a secret of at least thirty-two bytes".to_vec();
    let signing = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
    Login {
        key: AssertionKey::Shared(zeroize::Zeroizing::new(secret)),
        sign: Box::new(move |text| ring::hmac::sign(&signing, text).as_ref().to_vec()),
    }
}

fn p256() -> Login {
    let random = SystemRandom::new();
    let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(kind, pair.as_ref(), &random).unwrap();
    let der = [&P256_PREFIX, pair.public_key().as_ref()].concat();
    Login {
        key: AssertionKey::of_der(&der).unwrap(),
        sign: Box::new(move |text| pair.sign(&random, text).unwrap().as_ref().to_vec()),
    }
}

fn ed25519() -> Login {
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
    let der = [&ED25519_PREFIX, pair.public_key().as_ref()].concat();
    Login {
        key: AssertionKey::of_der(&der).unwrap(),
        sign: Box::new(move |text| pair.sign(text).as_ref().to_vec()),
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://login.example", "aud": "abide", "sub": "4711", "jti": "a1",
        "nonce": "n1", "iat": NOW - 5, "exp": NOW + 60,
    })
}

fn token(login: &Login, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode((login.sign)(text.as_bytes()));
    format!("{text}.{signature}")
}

fn taken(login: &Login, token: &str) -> Result<String, Refused> {
    let expected = Expected {
        issuer: "https://login.example",
        audience: "abide",
        nonce: "n1",
        now_seconds: NOW,
    };
    check(token, &login.key, &expected).map(|asserted| asserted.subject)
}

#[test]
fn each_algorithm_is_taken_from_its_own_key_alone() {
    let logins = [shared(), p256(), ed25519()];
    for login in &logins {
        let header = json!({"alg": login.key.algorithm(), "typ": "JWT"});
        let good = token(login, &header, &claims());
        assert_eq!(taken(login, &good), Ok("4711".to_owned()));
        for other in &logins {
            if other.key.algorithm() != login.key.algorithm() {
                assert_eq!(taken(other, &good), Err(Refused::Algorithm));
                // The header lies about who signed.
                let header = json!({"alg": other.key.algorithm()});
                let lie = token(login, &header, &claims());
                assert_eq!(taken(other, &lie), Err(Refused::Signature));
            }
        }
        for alg in ["none", "None", "HS512", "RS256", ""] {
            let lie = token(login, &json!({"alg": alg}), &claims());
            assert_eq!(taken(login, &lie), Err(Refused::Algorithm), "{alg}");
        }
        let (unsigned, _) = good.rsplit_once('.').unwrap();
        assert_eq!(
            taken(login, &format!("{unsigned}.")),
            Err(Refused::Signature)
        );
        let extended = json!({"alg": login.key.algorithm(), "crit": ["b64"], "b64": false});
        let extended = token(login, &extended, &claims());
        assert_eq!(taken(login, &extended), Err(Refused::Algorithm));
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    // RFC 8725 §2.1: a token "signed" by HMAC under the public key.
    let login = p256();
    let AssertionKey::P256(point) = &login.key else {
        panic!("another key")
    };
    let hmac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, point);
    let forger = Login {
        key: login.key.clone(),
        sign: Box::new(move |text| ring::hmac::sign(&hmac, text).as_ref().to_vec()),
    };
    for alg in ["HS256", "ES256"] {
        let lie = token(&forger, &json!({"alg": alg}), &claims());
        assert!(taken(&login, &lie).is_err());
    }
}

#[test]
fn a_word_for_somebody_else_or_another_time_is_refused() {
    let login = ed25519();
    let header = json!({"alg": "EdDSA"});
    for (claim, value, refused) in [
        ("iss", json!("https://other.example"), Refused::Parties),
        ("aud", json!("shop"), Refused::Parties),
        ("aud", json!(["shop", "blog"]), Refused::Parties),
        ("nonce", json!("n2"), Refused::Nonce),
        ("exp", json!(NOW - 31), Refused::Time),
        ("exp", json!(NOW + 3600), Refused::Time),
        ("iat", json!(NOW + 40), Refused::Time),
        ("nbf", json!(NOW + 40), Refused::Time),
        ("sub", json!(""), Refused::Form),
        ("jti", json!(""), Refused::Form),
        ("sub", json!(4711), Refused::Form),
    ] {
        let mut claims = claims();
        claims[claim] = value.clone();
        let said = token(&login, &header, &claims);
        assert_eq!(taken(&login, &said), Err(refused), "{claim} {value}");
    }
    let mut several = claims();
    several["aud"] = json!(["shop", "abide"]);
    assert!(taken(&login, &token(&login, &header, &several)).is_ok());
}

#[test]
fn what_is_no_token_is_refused() {
    let login = shared();
    for text in ["", ".", "..", "a.b.c", "é.é.é"] {
        assert_eq!(taken(&login, text), Err(Refused::Form), "{text}");
    }
    assert_eq!(taken(&login, &"a".repeat(5000)), Err(Refused::Form));
    assert!(AssertionKey::of_der(&[0; 91]).is_none());
    assert!(AssertionKey::of_der(&P256_PREFIX).is_none());
}

#[test]
fn nothing_of_a_key_or_a_person_is_printed() {
    let login = shared();
    let good = token(&login, &json!({"alg": "HS256"}), &claims());
    let expected = Expected {
        issuer: "https://login.example",
        audience: "abide",
        nonce: "n1",
        now_seconds: NOW,
    };
    let asserted = check(&good, &login.key, &expected).unwrap();
    let shown = format!("{:?} {asserted:?}", login.key);
    assert!(
        !shown.contains("4711") && !shown.contains("secret"),
        "{shown}"
    );
}
