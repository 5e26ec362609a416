//! No password and no key is in anything that is printed.

use std::fmt::Write as _;
use std::process::Output;
use std::sync::{Arc, Mutex};

use limbeck::{Event, Migrator};

use crate::authority::Authority;
use crate::environment::program;
use crate::server::{PASSWORD, Secure, history, open_to_others};

/// Stands in every password, key file and password file of these tests.
const MARKER: &str = "m4rker";

fn everything(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// URLs with the marker in them, malformed in many ways or leading nowhere.
fn urls(secure: &Secure, database: &str) -> Vec<String> {
    let port = secure.port();
    let here = format!("localhost:{port}/{database}");
    let mut urls = vec![
        format!("postgres://secret:{MARKER}@{here}"),
        format!("postgres://cleartext:{MARKER}@{here}?sslmode=disable"),
        format!("postgres://digested:{MARKER}@{here}"),
        format!("postgres://secret@{here}?password={MARKER}"),
        format!(
            "postgres://secret@{here}?password={MARKER}&channel_binding=require&sslmode=disable"
        ),
        format!("postgres://me:{MARKER}@127.0.0.1:1/db"),
        format!("postgres://me:{MARKER}@no-such-host.invalid/db"),
        format!("postgres://me:{MARKER}@%2Fno%2Fsuch/db"),
        format!("postgres://me:{MARKER}@{here}?sslmode=verify-full&sslrootcert=/no/such/file"),
        format!("postgres://me:{MARKER}@{here}?target_session_attrs=standby"),
        format!("postgres://nobody:{MARKER}@{here}"),
        format!("postgres://me:{MARKER}@{here}?hostaddr={MARKER}"),
        format!("sqlite://me:{MARKER}@host/db?mode={MARKER}"),
    ];
    for broken in [
        "postgres:me:M@h/d",
        "postgres//me:M@h/d",
        "me:M@h/d",
        "mysql://me:M@h/d",
        "postgres+://me:M@h:M/d",
        "postgres://me:M@M@h/d",
        "postgres://me:M/M@h/d",
        "postgres://me:1/M@h/d",
        "postgres://me:a?M@h@h/d",
        "postgres://me:M#M@h/d?M",
        "postgres://me:M@[::1/d",
        "postgres://me:M@::1/d",
        "postgres://me:M@h:99999/d",
        "postgres://me:M@h/d?sslmode=M2",
        "postgres://me:M@h/d?nonsense=M",
        "postgres://me@h/d?password=a&M",
        "postgres://me@h/d?password=a&M=b",
        "postgres://me@h/d?passwort=M",
        "postgres://me@h/d?sslpassword=M",
        "postgres://me:M@h/d?connect_timeout=M",
        "postgres://me:M@h/%FF",
        "postgres://me:M%@h/%",
        "postgres://me:M@h/d?options",
        "postgres://me:M@h/d?service=M",
    ] {
        urls.push(broken.replace("M2", "maybe").replace('M', MARKER));
    }
    urls
}

#[test]
fn no_command_prints_a_password_of_a_url() {
    let secure = Secure::shared();
    let database = secure.database();
    let home = tempfile::tempdir().unwrap();
    for url in urls(secure, database.name()) {
        for arguments in [
            vec!["upgrade", "--database", &url],
            vec!["current", "--json", "--database", &url],
        ] {
            let output = program(home.path(), &arguments, &[("RUST_BACKTRACE", "1")]);
            let said = everything(&output);
            // No failure is silent, and none is a panic.
            assert_eq!(output.status.code(), Some(1), "{url}: {said}");
            assert!(
                said.contains("error") && !said.contains(MARKER),
                "{url}: {said}"
            );
            assert!(!said.contains("panicked"), "{url}: {said}");
        }
    }
}

#[test]
fn no_error_and_no_event_of_the_library_has_a_password() {
    let secure = Secure::shared();
    let database = secure.database();
    for url in urls(secure, database.name()) {
        let told = Arc::new(Mutex::new(String::new()));
        let listened = Arc::clone(&told);
        let error = Migrator::new(history())
            .observer(move |event: &Event| {
                write!(listened.lock().unwrap(), "{event:?}").unwrap();
            })
            .upgrade(&url, "head")
            .unwrap_err();
        let mut said = format!("{error} {error:#} {error:?} {:?}", error.help());
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            write!(said, "{error} {error:?} {error:#?}").unwrap();
            cause = error.source();
        }
        said.push_str(&told.lock().unwrap());
        assert!(!said.contains(MARKER), "{url}: {said}");
    }
}

#[test]
fn a_run_that_succeeds_tells_no_password_either() {
    let secure = Secure::shared();
    let database = secure.database();
    let home = tempfile::tempdir().unwrap();
    let encoded = PASSWORD.replace(' ', "%20").replace(':', "%3A");
    let url = format!(
        "postgres://secret:{encoded}@localhost:{}/{}",
        secure.port(),
        database.name()
    );
    for arguments in [
        &["upgrade"][..],
        &["upgrade", "--json"],
        &["current"],
        &["history", "--status"],
        &["downgrade", "base"],
        &["--help"],
    ] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--database", &url]);
        let said = everything(&program(home.path(), &arguments, &[]));
        assert!(!said.contains("s3cret"), "{said}");
    }
}

#[test]
fn files_with_secrets_are_never_quoted() {
    let secure = Secure::shared();
    let database = secure.database();
    let home = tempfile::tempdir().unwrap();
    let own = secure.authority.sign("certified", &[]);
    let good = secure
        .file("good.crt", &own.certificate)
        .display()
        .to_string();
    let key = secure.file("good.key", &own.key).display().to_string();
    // What tells a key is its longest line.
    let line_of_key = own.key.lines().max_by_key(|line| line.len()).unwrap();
    let garbage = [
        format!("{MARKER}\n"),
        format!("-----BEGIN PRIVATE KEY-----\n{MARKER}\n-----END PRIVATE KEY-----\n"),
        format!("-----BEGIN PRIVATE KEY-----\n{MARKER}"),
        format!("-----BEGIN {MARKER}\n"),
        format!("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END {MARKER}-----\n"),
        format!(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{MARKER}\n-----END ENCRYPTED PRIVATE KEY-----\n"
        ),
        format!("-----BEGIN CERTIFICATE-----\n{MARKER}!\n-----END CERTIFICATE-----\n"),
    ];
    let mut parameters = Vec::new();
    for (number, text) in garbage.iter().enumerate() {
        let file = secure
            .file(&format!("garbage{number}"), text)
            .display()
            .to_string();
        parameters.push(format!("sslmode=require&sslcert={good}&sslkey={file}"));
        parameters.push(format!("sslmode=require&sslcert={file}&sslkey={key}"));
        parameters.push(format!("sslmode=verify-ca&sslrootcert={file}"));
        parameters.push(format!("passfile={file}"));
    }
    let stranger = Authority::new("a stranger").sign("certified", &[]);
    let other = secure
        .file("stranger.key", &stranger.key)
        .display()
        .to_string();
    parameters.push(format!("sslmode=require&sslcert={good}&sslkey={other}"));
    // A key where a certificate should be.
    parameters.push(format!("sslmode=require&sslcert={key}&sslkey={key}"));
    parameters.push(format!("sslmode=verify-ca&sslrootcert={key}"));
    for (number, text) in [
        format!("*:*:*:*:{MARKER}"),
        format!("*:*:*:*:{MARKER}\\"),
        format!("{MARKER}:{MARKER}"),
        format!(":::::{MARKER}"),
    ]
    .iter()
    .enumerate()
    {
        let file = secure.file(&format!("pass{number}"), text);
        parameters.push(format!("passfile={}", file.display()));
    }
    let open = secure.file("open-pass", &format!("*:*:*:*:{MARKER}"));
    open_to_others(&open);
    parameters.push(format!("passfile={}", open.display()));
    for parameters in parameters {
        let user = if parameters.contains("passfile") {
            "secret"
        } else {
            "certified"
        };
        let url = secure.url(user, &database, &parameters);
        let output = program(
            home.path(),
            &["upgrade", "--database", &url],
            &[("RUST_BACKTRACE", "1")],
        );
        let said = everything(&output);
        assert_eq!(output.status.code(), Some(1), "{parameters}: {said}");
        assert!(
            !said.contains(MARKER) && !said.contains(line_of_key),
            "{parameters}: {said}"
        );
        assert!(!said.contains("panicked"), "{parameters}: {said}");
    }
}

#[test]
fn variables_with_secrets_are_never_quoted() {
    let secure = Secure::shared();
    let database = secure.database();
    let home = tempfile::tempdir().unwrap();
    let url = secure.url("secret", &database, "");
    for variables in [
        &[("PGPASSWORD", MARKER)][..],
        &[("PGPASSWORD", MARKER), ("PGSSLMODE", "maybe")],
        &[("PGPASSWORD", MARKER), ("PGCONNECT_TIMEOUT", MARKER)],
        &[("PGPASSWORD", MARKER), ("PGSERVICE", MARKER)],
    ] {
        let output = program(home.path(), &["upgrade", "--database", &url], variables);
        let said = everything(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains(MARKER), "{said}");
    }
    let url = format!("postgres://me:{MARKER}@127.0.0.1:1/db");
    let said = everything(&program(
        home.path(),
        &["upgrade"],
        &[("DATABASE_URL", &url)],
    ));
    assert!(
        said.contains("me:***@127.0.0.1:1") && !said.contains(MARKER),
        "{said}"
    );
}

#[test]
fn a_url_that_is_given_for_a_target_or_a_canary_is_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("store.db").display());
    let stray = format!("postgres://me:{MARKER}@host/store");
    let error = Migrator::new(history())
        .upgrade(&store, &stray)
        .unwrap_err();
    let said = format!("{error:#} {error:?}");
    assert!(!said.contains(MARKER), "{said}");
    let members = folder.path().join("members");
    std::fs::write(
        &members,
        format!("{store}\npostgres://me:{MARKER}@127.0.0.1:1/db\nme:{MARKER}@host\n"),
    )
    .unwrap();
    let members = members.display().to_string();
    for arguments in [
        &["check", "--databases", &members][..],
        &["upgrade", "--json", "--databases", &members],
        &["upgrade", "--databases", &members, "--canary", &stray],
        &[
            "upgrade",
            "--databases",
            &members,
            "--canary",
            &format!("postgres://me:{MARKER}@@h"),
        ],
    ] {
        let said = everything(&program(folder.path(), arguments, &[]));
        assert!(said.contains("error") && !said.contains(MARKER), "{said}");
    }
}
