//! The same URLs by libpq's own client and by limbeck: both connect, in the same way, or neither does.

use std::process::Command;

use limbeck::Migrator;
use limbeck_trial::{compile, revision};

use crate::authority::Authority;
use crate::server::Secure;

/// What `psql` finds: how its session is encrypted, or that there is none.
fn by_libpq(url: &str, home: &std::path::Path) -> Option<String> {
    let output = Command::new(limbeck_testkit::client_program("psql"))
        .args(["--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--command"])
        .arg("SELECT CASE WHEN ssl THEN version ELSE 'plain' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        .arg(url)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    output.status.success().then(|| said.trim().to_owned())
}

#[test]
fn every_mode_with_every_authority_name_and_user_is_as_libpq_has_it() {
    let secure = Secure::shared();
    let home = tempfile::tempdir().unwrap();
    let database = secure.database();
    let stranger = secure.file(
        "libpq-stranger.crt",
        &Authority::new("a stranger").certificate,
    );
    let own = secure.root();
    let pair = secure.authority.sign("certified", &[]);
    let certificate = secure.file("libpq.crt", &pair.certificate);
    let key = secure.file("libpq.key", &pair.key);
    let client = format!(
        "&sslcert={}&sslkey={}",
        certificate.display(),
        key.display()
    );
    let up = "CREATE TABLE IF NOT EXISTS session (tls text); DELETE FROM session; INSERT INTO session \
              SELECT CASE WHEN ssl THEN version ELSE 'plain' END FROM pg_stat_ssl WHERE pid = pg_backend_pid();";
    let history = compile("app", &[revision("r1", "base", up, "SELECT 1;")]);
    let mut compared = 0;
    let mut connected = 0;
    for mode in [
        "",
        "disable",
        "allow",
        "prefer",
        "require",
        "verify-ca",
        "verify-full",
    ] {
        for root in ["", &own, &stranger.display().to_string()] {
            for host in ["localhost", "127.0.0.1"] {
                for (user, more) in [
                    ("anybody", ""),
                    ("encrypted", ""),
                    ("plain", ""),
                    ("nobody", ""),
                    ("certified", client.as_str()),
                    ("certified", ""),
                ] {
                    let mut parameters = format!("connect_timeout=10{more}");
                    for (name, value) in [("sslmode", mode), ("sslrootcert", root)] {
                        if !value.is_empty() {
                            parameters = format!("{parameters}&{name}={value}");
                        }
                    }
                    let url = secure.url_at(host, user, &database, &parameters);
                    let expected = by_libpq(&url, home.path());
                    let result = Migrator::new(history)
                        .ledger_schema(format!("ledger_{compared}"))
                        .upgrade(&url, "head");
                    let found = result.as_ref().ok().map(|_| {
                        let mut admin = database.connect();
                        let row = admin.query_one("SELECT tls FROM session", &[]).unwrap();
                        row.get::<_, String>(0)
                    });
                    assert_eq!(found, expected, "{url}: {:#?}", result.err());
                    compared += 1;
                    connected += usize::from(found.is_some());
                }
            }
        }
    }
    // Neither everything nor nothing.
    assert_eq!(compared, 252);
    assert!((60..200).contains(&connected), "{connected}");
}
