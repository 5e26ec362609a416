//! Several processes of the real program at once.

use std::process::{Child, Command, Stdio};

use memory_store::HISTORY;

use crate::support::{Store, on_each_database};

fn start(store: &Store) -> Child {
    Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(["upgrade", "--json", "--database", &store.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

on_each_database! {
    fn eight_processes_on_an_empty_database_all_succeed_and_each_revision_runs_once(store: &mut Store) {
        let processes: Vec<_> = (0..8).map(|_| start(store)).collect();
        let mut ran = 0;
        for process in processes {
            let output = process.wait_with_output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
            let report: serde_json::Value = serde_json::from_str(&text).unwrap();
            ran += report["steps"].as_array().unwrap().len();
        }
        assert_eq!(ran, HISTORY.len());
        let journal = store.ledger("journal");
        let twice = format!("SELECT id FROM {journal} WHERE outcome = 'applied' GROUP BY id HAVING count(*) > 1");
        assert!(store.query(&twice).is_empty());
        assert_eq!(store.applied().len(), HISTORY.len());
        assert!(store.upgrade(HISTORY, "head").is_up_to_date());
    }

    fn a_process_that_is_killed_anywhere_leaves_what_another_run_completes(store: &mut Store) {
        // Looking at an SQLite file that no process has come to create is an error.
        store.execute("SELECT 1");
        // A run takes tens of milliseconds: the kills fall all over it.
        for delay_ms in [1, 5, 10, 15, 20, 30, 40, 60, 80, 120] {
            let mut process = start(store);
            std::thread::sleep(std::time::Duration::from_millis(delay_ms));
            process.kill().unwrap();
            process.wait().unwrap();
            let error = match limbeck::Migrator::new(HISTORY).status(&store.url()) {
                Ok(status) => {
                    assert_eq!(status.applied.len() + status.pending.len(), HISTORY.len());
                    continue;
                }
                Err(error) => error,
            };
            panic!("{error}");
        }
        store.upgrade(HISTORY, "head");
        assert_eq!(store.applied().len(), HISTORY.len());
        assert!(store.query(&format!("SELECT id FROM {}", store.ledger("progress"))).is_empty());
        let complete = store.dump();
        let fresh = match store {
            Store::Sqlite { .. } => Store::sqlite(),
            Store::Postgres(_) => Store::postgres(),
        };
        fresh.upgrade(HISTORY, "head");
        assert_eq!(complete, fresh.dump());
    }
}
