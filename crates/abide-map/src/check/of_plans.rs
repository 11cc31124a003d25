//! The findings of whoever makes plans, as pages: their codes are theirs, and they are found while planning. Checks nothing.

/// A finding of planning.
pub struct Page {
    /// Stable code, `M04..`.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its manual page, in Markdown.
    pub manual: &'static str,
}

/// Every finding of planning, by code.
pub const PAGES: &[Page] = &[
    Page {
        code: "M0401",
        name: "stale-map",
        manual: "\nThe database is not built as it was when the map was last accepted. A column that was added since may hold what nobody\nerases, so no plan is made. `abide map check` says what changed, as M0215 does; `abide map check --accept` settles it.\n",
    },
    Page {
        code: "M0402",
        name: "undecided-table",
        manual: "\nA table of the map is `undecided`, so no plan can say what becomes of its rows: see M0110.\n",
    },
    Page {
        code: "M0403",
        name: "no-such-table",
        manual: "\nA line of the map names a table that the database does not have: see M0203.\n",
    },
    Page {
        code: "M0404",
        name: "no-such-column",
        manual: "\nA line of the map names a column that its table does not have: see M0204.\n",
    },
    Page {
        code: "M0405",
        name: "uneven-edge",
        manual: "\nAn edge has another number of columns here than there, its primary key counted where no columns are named: see M0207.\n",
    },
    Page {
        code: "M0406",
        name: "subject-without-key",
        manual: "\nNothing tells the rows of a table of people apart: it has neither a primary key nor a unique column that is never null. A\nrow that cannot be named again cannot be erased alone. Give the table a key.\n",
    },
    Page {
        code: "M0410",
        name: "plan-would-not-work",
        manual: "\nThe database would refuse a statement of the plan, or do more than the map says: a row that stays must lead to one that\ngoes, a column that must not be empty would be emptied, a length cannot be counted, a hold forbids a table that the erasure\ncannot leave out. Nothing was run. The message says which table, and what to write in its place.\n",
    },
];
