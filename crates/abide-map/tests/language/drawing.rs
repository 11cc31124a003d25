//! Drawings of maps.

use abide_map::draw::{svg, text};
use abide_map::read::read;
use abide_policy::source::SourceFile;
use proptest::prelude::*;

use crate::any_map::any_map;

const CLINIC: &str = r#"map clinic {
    table patients { subject; identity email email; erase delete }
    table doctors { subject; identity email email; erase anonymise { overwrite name; overwrite email with=unique } }
    table chat { owned-by patient_id to=patients; accessible-by doctor_id to=doctors; erase delete }
    table chat_files { owned-by chat_id to=chat; retain "2 years" from=made; erase delete }
    table notes { owned-by patient_id to=patients; owned-by parent_id to=notes; erase keep because=tax-law until="7 years" from=made }
    table drugs { ordinary because=catalogue }
    table old { undecided }
}
"#;

#[test]
fn people_stand_first_and_what_is_theirs_below_them() {
    let (map, _) = read(&SourceFile::new("map.kdl", CLINIC), 0);
    let drawn = "\
patients          people; known by email; deleted
├─ chat           by patient_id; deleted
│  └─ chat_files  by chat_id; deleted, 2 years at most
└─ notes          by patient_id; kept for tax-law, 7 years
   └─ notes       by parent_id; the same table
doctors           people; known by email; anonymised: 2 columns
└┄ chat           may be seen by doctor_id; see above
old               undecided

no one's: drugs
";
    assert_eq!(text(&map), drawn);
}

/// The boxes of tables: left side, upper side.
fn boxes(drawing: &str) -> Vec<(f64, f64)> {
    let number = |piece: &str, name: &str| -> f64 {
        let rest = piece.split(&format!(" {name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let pieces = drawing.split("<rect class=\"b").skip(1);
    let tables = pieces.filter(|piece| !piece.starts_with("g\""));
    tables
        .map(|piece| (number(piece, "x"), number(piece, "y")))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_table_covers_another(map in any_map()) {
        let drawing = svg(&map);
        let boxes = boxes(&drawing);
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                prop_assert!(a.0 != b.0 || (a.1 - b.1).abs() >= 42.0, "{a:?} {b:?}\n{drawing}");
            }
        }
        prop_assert!(!drawing.contains("NaN") && !drawing.contains("inf\""));
        prop_assert_eq!(svg(&map), drawing);
    }
}
