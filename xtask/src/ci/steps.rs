//! The table of steps, the quick ones first.
//!
//! Lints are denied behind clippy's `--` and not by RUSTFLAGS, which would build every dependency again.

use limbeck_testkit::{BIN_VARIABLE, Bouncer, Cluster, Options, URL_VARIABLE};

use crate::error::{Failure, Result};
use crate::job::{Job, Stream};
use crate::terminal::say;
use crate::{generate, sim, tidy};

use super::install;
use super::run::{Session, Step};
use super::tally::Runner;

/// Everything, in order.
pub(super) const STEPS: &[Step] = &[
    Step {
        name: "toolchain",
        act: toolchain,
    },
    Step {
        name: "postgres",
        act: postgres,
    },
    Step {
        name: "pgbouncer",
        act: pgbouncer,
    },
    Step {
        name: "format",
        act: |session| cargo(session, &["fmt", "--all", "--check"]),
    },
    Step {
        name: "tidy",
        act: |session| tidy::run(&session.workspace),
    },
    Step {
        name: "generate",
        act: |session| generate::check(&session.workspace),
    },
    Step {
        name: "clippy",
        act: clippy,
    },
    Step {
        name: "features",
        act: features,
    },
    Step {
        name: "test",
        act: test,
    },
    Step {
        name: "doc tests",
        act: doc_tests,
    },
    Step {
        name: "faults",
        act: faults,
    },
    Step {
        name: "lock file",
        act: lock_file,
    },
    Step {
        name: "documents",
        act: documents,
    },
];

/// What users may turn on, one by one: code behind one feature must not need another one by accident.
const FEATURES: &[(&str, &[&str])] = &[
    ("limbeck-schema", &["", "sqlite", "postgres"]),
    ("limbeck-compiler", &["", "sqlite", "postgres"]),
    (
        "limbeck",
        &[
            "",
            "sqlite",
            "postgres",
            "tls",
            "sqlite,commands",
            "sqlite,tokio",
        ],
    ),
];

/// Enough for tests that start processes by the dozen, while others run beside them.
const CONNECTIONS: u32 = 300;

fn toolchain(session: &mut Session) -> Result<()> {
    let root = session.workspace.root();
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !Job::cargo(&[command, "--version"]).succeeds(root) {
            return Err(Failure::new(format!(
                "`cargo {command}` is missing; add it with `rustup component add {component}`"
            )));
        }
    }
    Job::cargo(&["--version"]).run(root)
}

fn postgres(session: &mut Session) -> Result<()> {
    let options = Options {
        max_connections: CONNECTIONS,
        ..Options::default()
    };
    let mut started = Cluster::start(&options);
    let is_missing = started
        .as_ref()
        .is_err_and(limbeck_testkit::Error::is_missing_binaries);
    if is_missing && !names_programs() {
        install::postgres(session.workspace.root())?;
        started = Cluster::start(&options);
    }
    let cluster = started.map_err(|error| Failure::new(error.to_string()))?;
    let (server, version) = (cluster.server(), cluster.server().major_version());
    say(format_args!(
        "PostgreSQL {version} at {}",
        server.url("postgres")
    ));
    session.server = Some(cluster);
    Ok(())
}

/// Poolers are started by the tests that need one.
fn pgbouncer(session: &mut Session) -> Result<()> {
    if Bouncer::is_installed() {
        say("PgBouncer is installed");
        return Ok(());
    }
    install::pgbouncer(session.workspace.root())
}

/// Whether somebody chose the server programs: then installing others would not help.
#[expect(
    clippy::disallowed_methods,
    reason = "the variable is read by the test support, which cannot tell that it was set"
)]
fn names_programs() -> bool {
    std::env::var_os(BIN_VARIABLE).is_some()
}

fn clippy(session: &mut Session) -> Result<()> {
    cargo(
        session,
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ],
    )
}

fn features(session: &mut Session) -> Result<()> {
    for (package, sets) in FEATURES {
        for set in *sets {
            let arguments = [
                "clippy",
                "-p",
                package,
                "--no-default-features",
                "--features",
                set,
                "--",
                "-D",
                "warnings",
            ];
            cargo(session, &arguments)?;
        }
    }
    Ok(())
}

fn test(session: &mut Session) -> Result<()> {
    if Job::cargo(&["nextest", "--version"]).succeeds(session.workspace.root()) {
        run_tests(session, Runner::Nextest, &["nextest", "run"])
    } else {
        run_tests(
            session,
            Runner::Cargo,
            &["test", "--lib", "--bins", "--tests"],
        )
    }
}

/// Nextest runs none of these.
fn doc_tests(session: &mut Session) -> Result<()> {
    run_tests(session, Runner::Cargo, &["test", "--doc"])
}

/// Runs tests on the one server, all of them whatever fails, and never takes a changed snapshot for
/// right.
fn run_tests(session: &mut Session, runner: Runner, program: &[&str]) -> Result<()> {
    let every = ["--workspace", "--all-features", "--no-fail-fast"];
    let mut job = Job::cargo(&[program, &every].concat())
        .with("CI", "true")
        .with("INSTA_UPDATE", "no")
        .with("TRYBUILD", "wip");
    if let Some(cluster) = &session.server {
        job = job.with(URL_VARIABLE, &cluster.server().url("postgres"));
    }
    let stream = match runner {
        Runner::Cargo => Stream::Output,
        Runner::Nextest => Stream::Error,
    };
    let tally = &mut session.tally;
    job.run_reading(session.workspace.root(), stream, |line| {
        tally.read(runner, line);
    })
}

/// A sample of the simulation, the same each time: what fails here fails for whoever runs it again.
fn faults(session: &mut Session) -> Result<()> {
    let mut job = sim::job(&session.workspace, &["1", "--quick"])?;
    if let Some(cluster) = &session.server {
        job = job.with(URL_VARIABLE, &cluster.server().url("postgres"));
    }
    job.run(session.workspace.root())
}

/// The reference deployment could be released as it is: all is locked, and proved as it stands.
fn lock_file(session: &mut Session) -> Result<()> {
    let run = ["run", "-q", "-p", "cargo-limbeck", "--", "lock", "--check"];
    cargo(session, &run)
}

fn documents(session: &mut Session) -> Result<()> {
    Job::cargo(&["doc", "--workspace", "--no-deps", "--all-features"])
        .with("RUSTDOCFLAGS", "-D warnings")
        .run(session.workspace.root())
}

fn cargo(session: &Session, arguments: &[&str]) -> Result<()> {
    Job::cargo(arguments).run(session.workspace.root())
}
