//! What the program's own process takes from its environment and its files.

use std::path::Path;
use std::process::{Command, Output};

use limbeck_testkit::Database;

use crate::authority::Authority;
use crate::server::{PASSWORD, Secure, private_file};

/// The real program, in an environment that has nothing but what a test gives it.
pub(crate) fn program(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// Says which name a session of the program has, how it is encrypted, or what went wrong.
fn connect(url: &str, home: &Path, variables: &[(&str, &str)]) -> Result<(), String> {
    let output = program(home, &["current", "--database", url], variables);
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8(output.stderr).unwrap())
    }
}

#[test]
fn variables_are_all_that_a_program_needs() {
    let home = tempfile::tempdir().unwrap();
    let secure = Secure::shared();
    let database = secure.database();
    let port = secure.port().to_string();
    let variables = [
        ("PGHOST", "127.0.0.1"),
        ("PGPORT", port.as_str()),
        ("PGUSER", "secret"),
        ("PGDATABASE", database.name()),
        ("PGPASSWORD", PASSWORD),
        ("PGSSLMODE", "require"),
        ("PGAPPNAME", "app"),
    ];
    connect("postgres://", home.path(), &variables).unwrap();
    // The URL wins.
    let text = connect("postgres://secret:wrong@/", home.path(), &variables).unwrap_err();
    assert!(text.contains("it was taken from the URL"), "{text}");
    let text = connect("postgresql:///nowhere", home.path(), &variables).unwrap_err();
    assert!(text.contains("\"nowhere\" does not exist"), "{text}");
    let wrong = [&variables[..4], &[("PGPASSWORD", "wrong")]].concat();
    let text = connect("postgres://", home.path(), &wrong).unwrap_err();
    assert!(text.contains("it was taken from PGPASSWORD"), "{text}");
    let service = [&variables[..], &[("PGSERVICE", "store")]].concat();
    let text = connect("postgres://", home.path(), &service).unwrap_err();
    assert!(text.contains("does not support `PGSERVICE`"), "{text}");
    let mode = [&variables[..4], &[("PGSSLMODE", "maybe")]].concat();
    let text = connect("postgres://", home.path(), &mode).unwrap_err();
    assert!(
        text.contains("correct PGSSLMODE in the environment"),
        "{text}"
    );
}

#[test]
fn the_password_file_of_the_home_directory_gives_the_password() {
    let home = tempfile::tempdir().unwrap();
    let secure = Secure::shared();
    let database = secure.database();
    let escaped = PASSWORD.replace(':', "\\:");
    let file = private_file(
        home.path(),
        ".pgpass",
        &format!(
            "# the tests'\nother:*:*:*:wrong\nlocalhost:{}:{}:secret:{escaped}\n",
            secure.port(),
            database.name()
        ),
    );
    let url = secure.url("secret", &database, "");
    connect(&url, home.path(), &[]).unwrap();
    // Another user's line is not his.
    let text = connect(&secure.url("cleartext", &database, ""), home.path(), &[]).unwrap_err();
    assert!(
        text.contains("the server wants a password") && text.contains("no line of"),
        "{text}"
    );
    // What is said counts more than the file.
    let text = connect(&url, home.path(), &[("PGPASSWORD", "wrong")]).unwrap_err();
    assert!(text.contains("PGPASSWORD"), "{text}");
    let elsewhere = home.path().join("elsewhere");
    std::fs::rename(&file, &elsewhere).unwrap();
    let elsewhere = elsewhere.display().to_string();
    connect(&url, home.path(), &[("PGPASSFILE", &elsewhere)]).unwrap();
    connect(&format!("{url}&passfile={elsewhere}"), home.path(), &[]).unwrap();
    connect(&url, home.path(), &[]).unwrap_err();
}

#[test]
fn certificates_of_the_home_directory_are_used_as_libpq_uses_them() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".postgresql");
    std::fs::create_dir(&folder).unwrap();
    let secure = Secure::shared();
    let database = secure.database();
    let pair = secure.authority.sign("certified", &[]);
    let url = |parameters: &str| secure.url("certified", &database, parameters);
    let text = connect(&url("sslmode=verify-full"), home.path(), &[]).unwrap_err();
    assert!(text.contains("no authority is named"), "{text}");
    private_file(&folder, "root.crt", &secure.authority.certificate);
    let text = connect(&url("sslmode=verify-full"), home.path(), &[]).unwrap_err();
    assert!(text.contains("valid client certificate"), "{text}");
    private_file(&folder, "postgresql.crt", &pair.certificate);
    private_file(&folder, "postgresql.key", &pair.key);
    connect(&url("sslmode=verify-full"), home.path(), &[]).unwrap();
    // An authority in that place makes `require` look at it.
    private_file(
        &folder,
        "root.crt",
        &Authority::new("a stranger").certificate,
    );
    let text = connect(&url("sslmode=require"), home.path(), &[]).unwrap_err();
    assert!(text.contains("no trusted authority"), "{text}");
}

#[test]
fn a_socket_in_the_usual_place_is_tried_when_no_host_is_named() {
    let home = tempfile::tempdir().unwrap();
    let text = connect("postgres://me@:1/db", home.path(), &[]).unwrap_err();
    assert!(
        text.contains("`/var/run/postgresql/.s.PGSQL.1`") && text.contains("`/tmp/.s.PGSQL.1`"),
        "{text}"
    );
}

#[test]
fn every_database_url_of_sqlalchemy_leads_to_the_same_database() {
    let home = tempfile::tempdir().unwrap();
    let database = Database::create(limbeck_testkit::postgres());
    let rest = database.url().split_once("://").unwrap().1.to_owned();
    for scheme in [
        "postgres",
        "postgresql",
        "postgresql+asyncpg",
        "postgresql+psycopg",
        "postgresql+psycopg2",
    ] {
        let url = format!("{scheme}://{rest}?ssl=prefer&prepared_statement_cache_size=0");
        connect(&url, home.path(), &[]).unwrap();
        let output = program(home.path(), &["current"], &[("DATABASE_URL", &url)]);
        assert!(output.status.success());
    }
}

#[test]
fn the_authorities_of_the_machine_are_those_of_the_operating_system() {
    let home = tempfile::tempdir().unwrap();
    let secure = Secure::shared();
    let database = secure.database();
    let root = secure.root();
    let stranger = secure.file("system.crt", &Authority::new("a stranger").certificate);
    let url = secure.url("anybody", &database, "sslrootcert=system");
    connect(&url, home.path(), &[("SSL_CERT_FILE", &root)]).unwrap();
    let other = stranger.display().to_string();
    let text = connect(&url, home.path(), &[("SSL_CERT_FILE", &other)]).unwrap_err();
    assert!(text.contains("no trusted authority"), "{text}");
    let text = connect(&url, home.path(), &[("SSL_CERT_FILE", "/no/such/file")]).unwrap_err();
    assert!(text.contains("this machine has no certificates"), "{text}");
    let other_name = secure.url_at("127.0.0.1", "anybody", &database, "sslrootcert=system");
    let text = connect(&other_name, home.path(), &[("SSL_CERT_FILE", &root)]).unwrap_err();
    assert!(text.contains("and not for `127.0.0.1`"), "{text}");
}
