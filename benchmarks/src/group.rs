//! The list of groups. A group is one file in `group/` and one line here.

mod access;
mod audience;
mod compile;
mod consent;
mod decide;
mod erase;
mod evidence;
mod gdprbench;
mod map;
mod requests;
mod residue;
mod sweep;

/// One name on the command line of `./bench`.
pub struct Group {
    pub name: &'static str,
    /// Prints its ratios, or says what kept it from measuring.
    pub run: fn() -> Result<(), String>,
}

pub const GROUPS: &[Group] = &[
    Group {
        name: "compile",
        run: compile::run,
    },
    Group {
        name: "decide",
        run: decide::run,
    },
    Group {
        name: "audience",
        run: audience::run,
    },
    Group {
        name: "consent",
        run: consent::run,
    },
    Group {
        name: "evidence",
        run: evidence::run,
    },
    Group {
        name: "access",
        run: access::run,
    },
    Group {
        name: "erase",
        run: erase::run,
    },
    Group {
        name: "residue",
        run: residue::run,
    },
    Group {
        name: "requests",
        run: requests::run,
    },
    Group {
        name: "sweep",
        run: sweep::run,
    },
    Group {
        name: "map",
        run: map::run,
    },
    Group {
        name: "gdprbench",
        run: gdprbench::run,
    },
];
