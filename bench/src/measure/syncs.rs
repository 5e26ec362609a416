//! How often a new install waits for the disk: in SQLite the process itself, on PostgreSQL the server's log.

use std::fs;

use crate::bench::Bench;
use crate::contender::Contender;
use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::place;

pub(crate) fn syncs(bench: &mut Bench, dialect: Dialect, size: usize) -> Result<()> {
    for contender in bench.plan.everyone(dialect, size) {
        bench.install(&contender.subject)?;
        let name = contender.database("syncs");
        let url = bench.databases.create(dialect, &name)?;
        let count = match dialect {
            Dialect::Sqlite => traced(&contender, &url)?,
            Dialect::Postgres => {
                bench.databases.settle(dialect)?;
                let before = bench.databases.wal_syncs()?;
                contender.migrate(&url, 1)?;
                // The server's processes tell what they have done when they end.
                std::thread::sleep(std::time::Duration::from_millis(1_200));
                bench.databases.wal_syncs()?.saturating_sub(before)
            }
        };
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        bench.count("syncs", "", &contender, count)?;
        bench.forget(dialect, &[name])?;
    }
    Ok(())
}

fn traced(contender: &Contender, url: &str) -> Result<u64> {
    let path = place::work().join("strace.txt");
    let shown = path.display().to_string();
    let options = ["-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", &shown];
    contender.migrate_under("strace", &options, url)?;
    let text = fs::read_to_string(&path).map_err(Failure::io(format!("read {shown}")))?;
    Ok(text.lines().filter(|line| is_call(line)).count() as u64)
}

/// A call that another thread's interrupts is shown twice, the second time as resumed.
fn is_call(line: &str) -> bool {
    line.contains(" fsync(") || line.contains(" fdatasync(")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_counted_once() {
        let text = "12 fdatasync(5) = 0\n12 fsync(4 <unfinished ...>\n13 <... fsync resumed>) = 0\n12 +++ exited";
        assert_eq!(text.lines().filter(|line| is_call(line)).count(), 2);
    }
}
