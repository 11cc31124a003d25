//! The store and its log: whether they can be reached, and whether time and sequencer keep up. Reads only.

use abide_store::{
    AskedHealth, EngineOptions, Health, LogHealth, MailHealth, RequestHealth, StoreOptions,
};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::line::Line;
use crate::config::Config;
use crate::installation::sqlite_path;

const STORE: &str = "store";
const CLOCK: &str = "clock";
const POLICY: &str = "policy";
const SEQUENCER: &str = "sequencer";
const REQUESTS: &str = "requests";
const ANSWERS: &str = "answers";
const MAIL: &str = "mail";

/// Somebody is waiting for the report.
const OPTIONS: EngineOptions = EngineOptions {
    readers: 2,
    writers: 1,
    patience_seconds: 3,
};

/// How far clocks of two machines may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(5);
/// A scan serves many requests at once, so they may wait for a while.
const SCAN_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A mail server that is asked again may take a while.
const LETTERS_WITHIN: SignedDuration = SignedDuration::from_hours(2);
/// Receipts are due within a second; by now somebody waits for one.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// Looks at the store, at the clock against its last entry, and at the sequencer.
pub async fn examine(config: &Config, now: Timestamp) -> Vec<Line> {
    if sqlite_path(config).is_some_and(|path| !path.exists()) {
        let seen = "there is none yet";
        return vec![Line::warning(
            STORE,
            seen,
            "`abide serve` makes it at its first start",
        )];
    }
    let tenant = StoreOptions::default().tenant;
    let health = match Health::read(&config.store.0, &tenant, &OPTIONS).await {
        Ok(health) => health,
        Err(error) => {
            let help = "is the database server up, and is the address in `abide.kdl` right?";
            return vec![Line::error(STORE, error.to_string(), help)];
        }
    };
    let Some(log) = &health.log else {
        let seen = format!(
            "{}, {} steps behind this program",
            health.engine, health.migrations_lacking
        );
        return vec![Line::warning(
            STORE,
            seen,
            "back it up; `abide serve` brings it up to date at its start",
        )];
    };
    let seen = format!(
        "{}, up to date; the log `{}` has {}",
        health.engine,
        log.origin,
        abide_rights::count_of(log.size, "entry")
    );
    vec![
        Line::ok(STORE, seen),
        clock(log, now),
        sequencer(log, now),
        policy(&health.policies),
        requests(&health.requests, now),
        answers(&health.asked, now),
        mail(&health.mail, config, now),
    ]
}

fn answers(health: &AskedHealth, now: Timestamp) -> Line {
    let today = now.to_zoned(TimeZone::UTC).date();
    let Some(due) = health.first_due.filter(|_| health.open > 0) else {
        return Line::ok(ANSWERS, "nobody waits for one");
    };
    let letters = match health.letters {
        0 => String::new(),
        some => format!("; {some} letters wait to be sent"),
    };
    let open = health.open;
    if due < today {
        return Line::error(
            ANSWERS,
            format!("{open} people wait, and one should have been answered by {due}{letters}"),
            "`abide requests list` says what each waits for",
        );
    }
    Line::ok(
        ANSWERS,
        format!("{open} people wait, the first until {due}{letters}"),
    )
}

fn mail(health: &MailHealth, config: &Config, now: Timestamp) -> Line {
    if health.refused > 0 {
        let seen = format!("{} letters were refused", health.refused);
        let help = "`abide mail list` says which and why, `abide mail again` tries one again; tell the person in another way";
        return Line::error(MAIL, seen, help);
    }
    let waiting = health.waiting;
    let Some(oldest) = health.oldest.filter(|_| waiting > 0) else {
        return Line::ok(MAIL, "no letter waits");
    };
    let waited = now.duration_since(oldest);
    let seen = format!(
        "{waiting} letters wait, the first for {} h",
        waited.as_hours()
    );
    if config.mail.is_none() {
        let help = "set `mail` in `abide.kdl`, or send them by hand with `abide requests letters`";
        return Line::warning(MAIL, seen, help);
    }
    match waited > LETTERS_WITHIN {
        true => Line::warning(MAIL, seen, "`abide mail list` says what each waits for"),
        false => Line::ok(MAIL, seen),
    }
}

fn requests(health: &RequestHealth, now: Timestamp) -> Line {
    let days = |since: Option<Timestamp>| {
        let waited = since.map_or(SignedDuration::ZERO, |since| now.duration_since(since));
        waited.as_hours() / 24
    };
    if health.open > 0 {
        let seen = format!(
            "{} are open, the oldest for {} days",
            health.open,
            days(health.oldest_open)
        );
        let help = "`abide erase resume` goes on with them and says what is in the way";
        return Line::warning(REQUESTS, seen, help);
    }
    if health.checked == 0 {
        return Line::ok(REQUESTS, "none waits");
    }
    let seen = format!(
        "{} are erased and wait for a scan, the oldest for {} days; until then we remember whom they are about",
        health.checked,
        days(health.oldest_checked)
    );
    match health.oldest_checked {
        Some(oldest) if now.duration_since(oldest) > SCAN_WITHIN => Line::warning(
            REQUESTS,
            seen,
            "`abide scan` looks for what is left, and closes them",
        ),
        _ => Line::ok(REQUESTS, seen),
    }
}

fn policy(in_force: &[String]) -> Line {
    if in_force.is_empty() {
        let help = "`abide policy publish PATH --activate`; until then every question is refused";
        return Line::warning(POLICY, "none is in force", help);
    }
    let names: Vec<String> = in_force.iter().map(|name| format!("`{name}`")).collect();
    Line::ok(POLICY, format!("in force: {}", names.join(", ")))
}

fn clock(log: &LogHealth, now: Timestamp) -> Line {
    match log.last_entry {
        Some(last) if last.duration_since(now) > SKEW => Line::error(
            CLOCK,
            format!("it is {now}, and the last entry bears {last}"),
            "set the clock: consents and deadlines count from it",
        ),
        _ => Line::ok(CLOCK, format!("it is {now}, not before the last entry")),
    }
}

fn sequencer(log: &LogHealth, now: Timestamp) -> Line {
    let Some(oldest) = log.oldest_pending else {
        return Line::ok(SEQUENCER, "every entry has its number");
    };
    let waits = now.duration_since(oldest);
    let seen = format!(
        "{} entries wait for a number, the first for {} s",
        log.pending,
        waits.as_secs()
    );
    if waits < PATIENCE {
        return Line::ok(SEQUENCER, seen);
    }
    let help = match log.lease_until > now {
        true => {
            "a server holds the log and does not keep up; look at its log and at the load of the database"
        }
        false => "no server sequences this log; start `abide serve`",
    };
    Line::warning(SEQUENCER, seen, help)
}
