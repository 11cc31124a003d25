//! The sample file is read whole, and mistakes are pointed at.

use abide_policy::diagnostic::render_all;
use abide_policy::source::SourceFile;

use super::{Assume, Config, Observe};

fn check_config(source: &str, expected: &str) {
    let file = SourceFile::new("abide.kdl", source);
    let (_, findings) = Config::parse(&file);
    let report = render_all(&findings, &[file]);
    assert_eq!(report.trim(), expected.trim(), "\n{report}");
}

#[test]
fn the_sample_holds_every_key() {
    let text = include_str!("../../../../docs/samples/abide.kdl");
    let file = SourceFile::new("abide.kdl", text);
    let (config, findings) = Config::parse(&file);
    assert_eq!(render_all(&findings, std::slice::from_ref(&file)), "");
    for section in super::KEYS {
        assert!(
            text.contains(&format!("\n{} ", section.name)),
            "{}",
            section.name
        );
        for key in section.children {
            // Keys that rule each other out stand beside the one that is chosen, as comments.
            let stands = ["    ", "    // "].map(|before| format!("{before}{} ", key.name));
            assert!(
                stands.iter().any(|line| text.contains(line)),
                "{}",
                key.name
            );
        }
    }
    let default = Config::default();
    assert_eq!(config.limits, default.limits);
    assert_eq!(config.listen, default.listen);
    assert_eq!(config.store, default.store);
    assert!(config.tls.is_some());
    assert_eq!(
        config.assume,
        Assume {
            residence: Some("NL".to_owned()),
            age_at_least: Some(16)
        }
    );
    assert_eq!(
        config.observe,
        [Observe {
            property: Some("web".to_owned()),
            purpose: Some("newsletter".to_owned())
        }]
    );
}

#[test]
fn an_unknown_key_is_refused_with_the_likely_one() {
    check_config(
        "store \"sqlite:a.db\"\nlisen {\n    public \"0.0.0.0:80\"\n}\n",
        r"
error[C01]: unknown key `lisen`
 --> abide.kdl:2:1
  |
2 | lisen {
  | ^^^^^
  |
  = help: did you mean `listen`?",
    );
}

#[test]
fn a_wrong_value_is_pointed_at() {
    check_config(
        "listen {\n    public here\n}\n",
        r#"
error[C04]: `public` cannot be `here`
 --> abide.kdl:2:12
  |
2 |     public here
  |            ^^^^
  |
  = help: write an address and a port, such as "127.0.0.1:8400""#,
    );
}

#[test]
fn a_key_set_twice_is_refused() {
    check_config(
        "keys a\nkeys b\n",
        r"
error[C02]: `keys` is set twice
 --> abide.kdl:2:1
  |
1 | keys a
  | ---- set here first
2 | keys b
  | ^^^^
  |
  = help: keep one of the two",
    );
}

#[test]
fn a_password_in_the_address_is_not_shown() {
    let file = SourceFile::new("abide.kdl", "store \"postgres://a:secret@b/c\"\n");
    let (config, _) = Config::parse(&file);
    assert!(!format!("{config:?}").contains("secret"));
}
