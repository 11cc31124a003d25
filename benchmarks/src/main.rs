//! Runs groups of benchmarks and prints ratios. Never fails because a machine is slow.

mod allocations;
mod group;
mod house;
mod load;
mod mariadb;
mod ours;
mod peer;
mod policies;
mod postgres;
mod random;
mod ratio;
mod scene;
mod scratch;
mod served;
mod site;

use std::process::ExitCode;

use group::{GROUPS, Group};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let groups: Result<Vec<&Group>, &String> = match wanted.is_empty() {
        true => Ok(GROUPS.iter().collect()),
        false => wanted.iter().map(|name| find(name).ok_or(name)).collect(),
    };
    let groups = match groups {
        Ok(groups) => groups,
        Err(name) => {
            let names: Vec<&str> = GROUPS.iter().map(|group| group.name).collect();
            eprintln!(
                "no group `{name}`\nhelp: the groups are {}",
                names.join(", ")
            );
            return ExitCode::from(2);
        }
    };
    for group in groups {
        if let Err(problem) = (group.run)() {
            eprintln!("{}: {problem}", group.name);
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn find(name: &str) -> Option<&'static Group> {
    GROUPS.iter().find(|group| group.name == name)
}
