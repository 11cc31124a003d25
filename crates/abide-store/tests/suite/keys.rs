//! Key files on disk.

use std::os::unix::fs::PermissionsExt as _;

use abide_store::{KeyKind, Keys};

use crate::place::Folder;

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let folder = Folder::new();
    let path = folder.path("keys");
    let keys = Keys::generate().unwrap();
    keys.save(&path).unwrap();
    assert_eq!(Keys::load(&path).unwrap(), keys);
    let more = keys.with_fresh(KeyKind::Signing).unwrap();
    more.save(&path).unwrap();
    assert_eq!(Keys::load(&path).unwrap(), more);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(
        Keys::load(&path)
            .unwrap_err()
            .to_string()
            .contains("chmod 600")
    );
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1
    );
}
