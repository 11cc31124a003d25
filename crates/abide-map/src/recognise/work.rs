//! Where somebody works and as what.

use super::{Proof, Recogniser, TEXT};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "organisation",
        label: "organisations",
        names: &[
            "company",
            "companyname",
            "organisation",
            "organization",
            "affiliation",
            "employer",
            "institution",
            "firm",
            "orgname",
        ],
        unless: &["id", "type"],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "job-title",
        label: "job titles",
        names: &[
            "jobtitle",
            "job",
            "occupation",
            "profession",
            "jobposition",
            "jobrole",
        ],
        unless: &["id", "queue", "type"],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
];
