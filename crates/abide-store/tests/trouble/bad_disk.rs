//! A full disk, a read-only disk and one whose syncs fail: writes are refused and nothing is acknowledged, reading goes on,
//! and the same process recovers when the disk does.

use crate::chance::{Chance, rounds};
use crate::disk::{Disk, Fault, Loss};
use crate::kill::{Installation, wait_for_lines};
use crate::process::Process;
use crate::stage::sqlite_url;

#[tokio::test]
async fn a_store_outlives_a_bad_disk() {
    let mut chance = Chance::fresh("bad-disk");
    let disk = Disk::new("bad-disk");
    let mut installation = Installation::new(&sqlite_url(&disk.folder()));
    for _ in 0..rounds(2, 30) {
        let mut command = installation.busy_node("node");
        disk.mount(&mut command);
        let process = Process::start(&mut command);
        for fault in [Fault::Full, Fault::ReadOnly, Fault::SyncFails] {
            installation.hear(&wait_for_lines(&process, 20 + chance.below(100)));
            disk.set_fault(fault);
            installation.hear(&process.wait_for(|line| line.starts_with("refused")));
            installation.hear(&wait_for_lines(&process, chance.below(50)));
            if chance.once_in(3) {
                break;
            }
            disk.set_fault(Fault::None);
            installation.hear(&process.wait_for(|line| line.starts_with("gave")));
        }
        installation.hear(&process.kill());
        disk.set_fault(Fault::None);
        disk.cut_power(Loss::Sectors, &mut chance);
        installation.check(&mut chance).await;
    }
}
