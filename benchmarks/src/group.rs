//! The list of groups. A group is one file in `group/` and one line here; one without a file has no benchmark.

mod audience;
mod compile;
mod consent;
mod decide;
mod evidence;

/// One name on the command line of `./bench`.
pub struct Group {
    pub name: &'static str,
    /// Prints its ratios, or says what kept it from measuring.
    pub run: Option<fn() -> Result<(), String>>,
}

const fn without(name: &'static str) -> Group {
    Group { name, run: None }
}

pub const GROUPS: &[Group] = &[
    Group {
        name: "compile",
        run: Some(compile::run),
    },
    Group {
        name: "decide",
        run: Some(decide::run),
    },
    Group {
        name: "audience",
        run: Some(audience::run),
    },
    Group {
        name: "consent",
        run: Some(consent::run),
    },
    Group {
        name: "evidence",
        run: Some(evidence::run),
    },
    without("access"),
    without("erase"),
    without("scan"),
    without("retention"),
    without("map"),
    without("memory"),
];
