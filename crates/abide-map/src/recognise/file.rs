//! Names and addresses of files that are kept elsewhere. Never opens one.

use super::{Proof, Recogniser};
use crate::schema::TypeClass;

pub(super) const ALL: &[Recogniser] = &[Recogniser {
    noun: "",
    label: "files kept elsewhere",
    names: &[
        "filename",
        "file",
        "filepath",
        "attachment",
        "avatar",
        "avatarurl",
        "photo",
        "photourl",
        "image",
        "imageurl",
        "imagepath",
        "picture",
        "pictureurl",
        "thumbnail",
        "documenturl",
        "storagekey",
        "objectkey",
        "s3key",
        "upload",
        "attachmenturl",
        "fileurl",
        "blobkey",
    ],
    unless: &["size", "count", "type"],
    classes: &[TypeClass::Text, TypeClass::Other],
    looks: Some(is_file),
    proof: Proof::Value,
}];

/// Endings of files that people upload.
const ENDINGS: &[&str] = &[
    "jpg", "jpeg", "png", "gif", "webp", "heic", "svg", "pdf", "doc", "docx", "xls", "xlsx", "csv",
    "txt", "zip", "mp3", "mp4", "mov", "wav", "odt",
];

/// A name with the ending of a file that people upload.
fn is_file(value: &str) -> bool {
    let ending = value
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && !value.contains(['\n', '\t'])
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_file_has_an_ending() {
        assert!(super::is_file("uploads/12/cat.JPG") && super::is_file("report final.pdf"));
        assert!(
            !super::is_file("example.org") && !super::is_file("png") && !super::is_file("3.14")
        );
    }
}
