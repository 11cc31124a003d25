//! Passwords, tokens and keys: what lets somebody in. Never says whether one is any good.

use super::{Proof, Recogniser, TEXT};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "password",
        label: "passwords or their hashes",
        names: &[
            "password",
            "passwd",
            "pass",
            "pwd",
            "passwordhash",
            "passwordhashed",
            "passworddigest",
            "encryptedpassword",
            "hashedpassword",
            "userpass",
            "passhash",
            "passphrase",
        ],
        unless: &["token", "reset", "question", "hint"],
        classes: TEXT,
        looks: Some(is_password_hash),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "access-token",
        label: "tokens and keys",
        names: &[
            "token",
            "tokens",
            "authtoken",
            "accesstoken",
            "refreshtoken",
            "resettoken",
            "sessiontoken",
            "sessionkey",
            "secret",
            "secretkey",
            "apikey",
            "activationkey",
            "activationcode",
            "securekey",
            "clientsecret",
            "totpsecret",
            "otpsecret",
            "salt",
            "lookupkey",
            "confirmationtoken",
            "rememberme",
            "remembertoken",
            "routingkey",
            "nonce",
            "csrf",
            "jwt",
            "bearer",
            "invitecode",
            "recoverycode",
            "recoverycodes",
            "backupcodes",
            "credentialsvalue",
            "credentialsid",
            "verificationcode",
            "signingkey",
            "privatekey",
        ],
        unless: &["type", "expires", "expiry", "count"],
        classes: TEXT,
        looks: Some(is_token),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "access-token",
        label: "signed tokens",
        names: &[],
        unless: &[],
        classes: TEXT,
        looks: Some(is_signed_token),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "pin",
        label: "PINs",
        names: &["pin", "pincode", "pinhash"],
        unless: &["map", "board"],
        classes: super::TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "security-answer",
        label: "answers to security questions",
        names: &["securityanswer", "secretanswer", "passwordanswer"],
        unless: &[],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
];

/// The beginnings of hashes that programs for keeping passwords write.
const HASHES: &[&str] = &[
    "$2a$", "$2b$", "$2y$", "$argon2", "$scrypt$", "$pbkdf2", "pbkdf2_", "pbkdf2:", "scrypt:",
    "argon2", "bcrypt", "$1$", "$5$", "$6$", "$7$", "$y$", "$P$", "$H$", "$S$", "$wp$", "{SSHA",
    "{SHA", "{CRYPT}", "sha1$", "sha256$", "!bcrypt!",
];

/// A hash as programs for keeping passwords write them.
fn is_password_hash(value: &str) -> bool {
    value.len() >= 20 && HASHES.iter().any(|start| value.starts_with(start))
}

/// Random letters and digits, without spaces.
fn is_token(value: &str) -> bool {
    value.len() >= 8
        && value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_.=+/:|$".contains(letter))
        && (value.chars().any(|letter| letter.is_ascii_digit()) || value.len() >= 16)
}

/// Three parts of base64 with a JSON head (RFC 7519).
fn is_signed_token(value: &str) -> bool {
    value.starts_with("eyJ") && value.matches('.').count() == 2 && !value.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::{is_password_hash, is_signed_token, is_token};

    #[test]
    fn a_hash_says_how_it_was_made() {
        assert!(is_password_hash(
            "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
        ));
        assert!(is_password_hash(
            "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
        ));
        assert!(!is_password_hash("hunter2"));
        assert!(!is_password_hash("$2b$"));
    }

    #[test]
    fn a_token_is_long_and_has_no_spaces() {
        assert!(is_token("f3b1c09a77de4512"));
        assert!(!is_token("forgotten"));
        assert!(!is_token("a sentence with 7 words in it"));
        assert!(is_signed_token("eyJhbGciOiJIUzI1NiJ9.e30.c2ln"));
        assert!(!is_signed_token("eyJhbGciOiJIUzI1NiJ9"));
    }
}
