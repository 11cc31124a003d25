//! Tables that know no transactions: what was done there stays done, whatever came of the rest. Never says how much that was:
//! nobody counted.

use std::collections::BTreeSet;

use abide_map::schema::Schema;
use abide_sources::SourceError;
use abide_store::{Intent, IntentState};
use serde::Deserialize;

use crate::erase::unreadable;
use crate::error::RightsError;
use crate::step::StepCount;

/// The tables in which a step changes rows for good.
pub(crate) fn lasting(schema: &Schema, steps: &[StepCount]) -> Vec<String> {
    let changing = steps.iter().filter(|step| step.is_due());
    let tables: BTreeSet<&str> = changing.map(|step| step.table.as_str()).collect();
    let lasts = |name: &&str| {
        let mut tables = schema.tables.iter();
        tables.any(|table| !table.is_transactional && table.name.to_string() == **name)
    };
    let lasting = tables.into_iter().filter(lasts);
    lasting.map(str::to_owned).collect()
}

/// An error of the source, with what it does not say: what may have been done in spite of it.
pub(crate) fn told(schema: &Schema, steps: &[StepCount], error: SourceError) -> RightsError {
    let lasting = lasting(schema, steps);
    match lasting.is_empty() {
        true => error.into(),
        false => RightsError::Asked(format!(
            "{error}; but `{}` knows no transactions, and what was done there before that stays done (M0211)",
            lasting.join("`, `")
        )),
    }
}

/// The tables in which an intent that failed may have changed rows for good, as its outcome says.
pub(crate) fn lasting_of(intent: &Intent) -> Result<Vec<String>, RightsError> {
    #[derive(Deserialize)]
    struct Failed {
        #[serde(default)]
        lasting: Vec<String>,
    }
    if intent.state != IntentState::Failed {
        return Ok(Vec::new());
    }
    let failed: Failed = serde_json::from_str(&intent.outcome).map_err(|_| unreadable(intent))?;
    Ok(failed.lasting)
}

/// The outcome of an intent that failed, where no table kept anything of it.
pub(crate) fn failed(why: &str) -> String {
    serde_json::json!({ "failed": why }).to_string()
}
