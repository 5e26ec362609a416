//! Which room may touch the world: read a clock, the environment or a file, start something, print.
//!
//! Text cannot tell all of it; clippy.toml bans the most tempting functions by their resolved names.

use crate::workspace::Tree;

use super::check::Finding;
use super::scan::{lines_with, program_sources};

/// A way to touch the world, as the tokens that betray it.
struct Touch {
    name: &'static str,
    patterns: &'static [&'static [&'static str]],
}

const CLOCK: Touch = Touch {
    name: "a clock",
    // A `Duration` is data and may be anywhere.
    patterns: &[&["Instant"], &["SystemTime"], &["UNIX_EPOCH"]],
};
const THREADS: Touch = Touch {
    name: "threads",
    patterns: &[&["std", "::", "thread"], &["thread", "::"]],
};
const ENVIRONMENT: Touch = Touch {
    name: "the environment",
    patterns: &[&["std", "::", "env"], &["env", "::"]],
};
const FILES: Touch = Touch {
    name: "files",
    patterns: &[
        &["std", "::", "fs"],
        &["fs", "::"],
        &["File", "::"],
        &[".", "exists", "("],
        &[".", "is_file", "("],
        &[".", "is_dir", "("],
        &[".", "read_dir", "("],
        &[".", "canonicalize", "("],
    ],
};
const PROCESSES: Touch = Touch {
    name: "processes",
    patterns: &[&["std", "::", "process"], &["process", "::"]],
};
const NETWORK: Touch = Touch {
    name: "the network",
    patterns: &[&["std", "::", "net"], &["net", "::"]],
};
const TERMINAL: Touch = Touch {
    name: "the terminal",
    patterns: &[
        &["print", "!"],
        &["println", "!"],
        &["eprint", "!"],
        &["eprintln", "!"],
        // With an argument it is a stream of a process that is to be started.
        &["stdout", "(", ")"],
        &["stderr", "(", ")"],
        &["stdin", "(", ")"],
    ],
};

/// A folder of sources, and what its files may touch. What no row allows is refused.
struct Room {
    folder: &'static str,
    allowed: &'static [(&'static Touch, &'static [&'static str])],
    /// What to do instead.
    instead: &'static str,
}

const TOUCHES: &[&Touch] = &[
    &CLOCK,
    &THREADS,
    &ENVIRONMENT,
    &FILES,
    &PROCESSES,
    &NETWORK,
    &TERMINAL,
];

const COMMANDS: &[&str] = &["runtime/src/commands/"];
const CARGO: &[&str] = &["compiler/src/cargo.rs"];
/// The parser recurses, and a thread is the way to a larger stack.
const GRAMMAR: &[&str] = &["compiler/src/sql/grammar/parser.rs"];
/// What goes on beside the thread that runs.
const BESIDE: &[&str] = &[
    "runtime/src/clock.rs",
    "runtime/src/driver/postgres/witness.rs",
    "runtime/src/fleet/workers.rs",
    "runtime/src/watch/spawn.rs",
];
const HAND_OVER: &[&str] = &["macros/src/migrations.rs"];

const ROOMS: &[Room] = &[
    Room {
        folder: "model/src/",
        allowed: &[],
        instead: "take data and return data; the caller does the rest",
    },
    Room {
        folder: "schema/src/",
        allowed: &[],
        instead: "ask the connection that the caller lends",
    },
    Room {
        folder: "cluster/src/",
        allowed: &[
            (&THREADS, &["cluster/src/wait.rs"]),
            (
                &ENVIRONMENT,
                &["cluster/src/binaries.rs", "cluster/src/directory.rs"],
            ),
            (&FILES, &["cluster/src/"]),
            (
                &PROCESSES,
                &[
                    "cluster/src/account.rs",
                    "cluster/src/binaries.rs",
                    "cluster/src/cluster.rs",
                    "cluster/src/programs.rs",
                    "cluster/src/watchdog.rs",
                ],
            ),
            (&NETWORK, &["cluster/src/port.rs"]),
        ],
        instead: "it looks for programs, starts them and ends them; what they shall do comes from the caller",
    },
    Room {
        folder: "compiler/src/",
        allowed: &[
            (
                &FILES,
                &[
                    "compiler/src/cargo.rs",
                    "compiler/src/project.rs",
                    "compiler/src/proof/sqlite/build.rs",
                    "compiler/src/tree/",
                ],
            ),
            (&THREADS, GRAMMAR),
            (&ENVIRONMENT, CARGO),
            (&PROCESSES, CARGO),
            (&TERMINAL, CARGO),
        ],
        instead: "files are read by `tree` and `project`, kept by `proof::sqlite::build`, and only `cargo` talks to cargo",
    },
    Room {
        folder: "macros/src/",
        allowed: &[(&FILES, HAND_OVER), (&ENVIRONMENT, HAND_OVER)],
        instead: "only `migrations` reads what the build script left",
    },
    Room {
        folder: "runtime/src/",
        allowed: &[
            (&CLOCK, &["runtime/src/clock.rs"]),
            (&THREADS, BESIDE),
            (
                &ENVIRONMENT,
                &["runtime/src/commands/", "runtime/src/environment.rs"],
            ),
            (
                &FILES,
                &[
                    "runtime/src/backup.rs",
                    "runtime/src/commands/fleet/names.rs",
                    "runtime/src/files.rs",
                ],
            ),
            (&PROCESSES, COMMANDS),
            (&TERMINAL, COMMANDS),
        ],
        instead: "wait and measure through `clock`; only `commands` prints or exits, and only it and \
                  `environment` read the environment; files are touched by `backup`, and read by \
                  `commands::fleet::names` and `files`",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in program_sources(tree) {
        let Some(room) = ROOMS
            .iter()
            .find(|room| source.path.starts_with(room.folder))
        else {
            continue;
        };
        for touch in TOUCHES {
            if room.allows(touch, source.path) {
                continue;
            }
            let mut lines: Vec<_> = touch
                .patterns
                .iter()
                .flat_map(|pattern| lines_with(&source.tokens, pattern))
                .collect();
            lines.sort_unstable();
            lines.dedup();
            findings.extend(lines.into_iter().map(|line| {
                let message = format!("touches {}; {}", touch.name, room.instead);
                Finding::new(source.path, line, message)
            }));
        }
    }
    findings
}

impl Room {
    fn allows(&self, touch: &Touch, path: &str) -> bool {
        self.allowed
            .iter()
            .filter(|(allowed, _)| allowed.name == touch.name)
            .flat_map(|(_, places)| places.iter())
            .any(|place| path == *place || place.ends_with('/') && path.starts_with(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<(usize, String)> {
        check(&Tree::of([(path, text)]))
            .into_iter()
            .map(|finding| (finding.line, finding.message))
            .collect()
    }

    #[test]
    fn every_touch_is_found_in_the_model() {
        for (text, name) in [
            ("let now = Instant::now();", "a clock"),
            ("use std::time::SystemTime;", "a clock"),
            ("std::thread::sleep(pause);", "threads"),
            (
                "use std::{env, fmt}; fn f() { env::var(\"A\"); }",
                "the environment",
            ),
            ("use std::fs;", "files"),
            ("path.exists()", "files"),
            ("std::process::exit(1)", "processes"),
            ("use std::net::TcpStream;", "the network"),
            ("println!(\"x\")", "the terminal"),
            ("io::stderr().lock()", "the terminal"),
        ] {
            let found = findings("model/src/graph/view.rs", text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(
                found[0].1.starts_with(&format!("touches {name};")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn data_comments_strings_and_unit_tests_touch_nothing() {
        let text = "
            //! Reads no file: std::fs is banned.
            use std::time::Duration;
            const HELP: &str = \"println!\";
            const VERSION: &str = env!(\"CARGO_PKG_VERSION\");
            #[cfg(test)] mod tests { fn f() { std::fs::read(\"x\"); } }
        ";
        assert_eq!(findings("model/src/lib.rs", text), []);
    }

    #[test]
    fn the_files_that_are_named_for_it_may() {
        let clock = "std::thread::sleep(x); Instant::now();";
        assert_eq!(findings("runtime/src/clock.rs", clock), []);
        assert_eq!(findings("runtime/src/engine/run.rs", clock).len(), 2);
        let print = "println!(); std::env::args_os();";
        assert_eq!(findings("runtime/src/commands/text.rs", print), []);
        assert_eq!(findings("compiler/src/cargo.rs", print), []);
        assert_eq!(findings("compiler/src/project.rs", print).len(), 2);
        assert_eq!(
            findings("runtime/src/commands/text.rs", "fs::read(x)").len(),
            1
        );
        assert_eq!(findings("compiler/src/tree/walk.rs", "fs::read(x)"), []);
        let thread = "thread::scope(work)";
        assert_eq!(findings("compiler/src/sql/grammar/parser.rs", thread), []);
        assert_eq!(findings("compiler/src/sql/check.rs", thread).len(), 1);
        assert_eq!(findings("cli/src/main.rs", print), []);
    }
}
