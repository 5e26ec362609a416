//! What a person is told when a connection fails, kept as snapshots.

use std::net::TcpListener;

use limbeck_testkit::Database;

use crate::authority::Authority;
use crate::server::{PASSWORD, Secure, failure, open_to_others};

#[test]
fn a_certificate_of_an_unknown_authority() {
    let secure = Secure::shared();
    let stranger = Authority::new("a stranger");
    let other = secure.file("stranger.crt", &stranger.certificate);
    let parameters = format!("sslmode=verify-full&sslrootcert={}", other.display());
    insta::assert_snapshot!(secure.failure("anybody", &parameters));
}

#[test]
fn a_certificate_for_another_host() {
    let secure = Secure::shared();
    let parameters = format!("sslmode=verify-full&sslrootcert={}", secure.root());
    let database = secure.database();
    let texts: Vec<_> = ["db.example.com", "127.0.0.1"]
        .into_iter()
        .map(|host| {
            let url = secure.url_at(host, "anybody", &database, &parameters);
            secure.told(&failure(&url), &database)
        })
        .collect();
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn a_certificate_that_has_expired() {
    let authority = Authority::new("the tests' authority");
    let pair = authority.sign_expired(&["localhost"]);
    let secure = Secure::start(authority, &pair);
    let parameters = format!("sslmode=verify-ca&sslrootcert={}", secure.root());
    insta::assert_snapshot!(secure.failure("anybody", &parameters));
    // Nobody has asked.
    assert_eq!(secure.session("anybody", "sslmode=require"), "TLSv1.3");
}

#[test]
fn no_authority_to_check_a_certificate_with() {
    let secure = Secure::shared();
    let missing = "sslmode=verify-full&sslrootcert=/no/such/root.crt";
    let texts = [
        secure.failure("anybody", missing),
        secure.failure("anybody", "sslmode=require&sslrootcert=system"),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn a_server_that_does_not_encrypt() {
    let database = Database::create(limbeck_testkit::postgres());
    let error = failure(&format!("{}?sslmode=require", database.url()));
    let port = database.server().port().to_string();
    let text = format!("error: {error:#}")
        .replace(&port, "PORT")
        .replace(database.name(), "DATABASE");
    insta::assert_snapshot!(text);
}

#[test]
fn a_server_that_wants_encryption_or_a_client_certificate() {
    let secure = Secure::shared();
    let database = secure.database();
    let texts = [
        secure.failure("encrypted", "sslmode=disable"),
        secure.failure("plain", "sslmode=require"),
        secure.failure("certified", "sslmode=require"),
    ];
    drop(database);
    insta::assert_snapshot!(as_of_14(&texts.join("\n\n")));
}

#[test]
fn a_client_certificate_that_is_not_accepted_or_cannot_be_used() {
    let secure = Secure::shared();
    let stranger = Authority::new("a stranger").sign("certified", &[]);
    let own = secure.authority.sign("certified", &[]);
    let certificate = secure.file("certified.crt", &own.certificate);
    let key = secure.file("certified.key", &own.key);
    let other = secure.file("other.key", &stranger.key);
    let garbage = secure.file(
        "garbage.key",
        "-----BEGIN PRIVATE KEY-----\nnot base64: s3cret\n-----END PRIVATE KEY-----\n",
    );
    let open = secure.file("open.key", &own.key);
    open_to_others(&open);
    let pair = |certificate: &std::path::Path, key: &std::path::Path| {
        let parameters = format!(
            "sslmode=require&sslcert={}&sslkey={}",
            certificate.display(),
            key.display()
        );
        secure.failure("certified", &parameters)
    };
    let texts = [
        pair(&certificate, &other),
        pair(&certificate, &garbage),
        pair(&garbage, &key),
        pair(&certificate, &open),
        pair(&certificate, std::path::Path::new("/no/such.key")),
        pair(&key, &key),
    ];
    insta::assert_snapshot!(texts.join("\n\n"));
}

/// What the server thinks of it arrives in one of several ways, as the operating system has it.
#[test]
fn a_client_certificate_of_a_stranger_is_refused() {
    let secure = Secure::shared();
    let stranger = Authority::new("a stranger").sign("certified", &[]);
    let certificate = secure.file("stranger-client.crt", &stranger.certificate);
    let key = secure.file("stranger-client.key", &stranger.key);
    for version in ["TLSv1.2", "TLSv1.3"] {
        let text = secure.failure(
            "certified",
            &format!(
                "sslmode=require&ssl_min_protocol_version={version}&ssl_max_protocol_version={version}&sslcert={}&sslkey={}",
                certificate.display(),
                key.display()
            ),
        );
        assert!(
            text.contains("an authority of") && text.contains("`ssl_ca_file`"),
            "{text}"
        );
    }
}

#[test]
fn passwords_that_are_wrong_or_missing() {
    let secure = Secure::shared();
    let none = secure.file("none.pgpass", "localhost:1:*:*:nothing\n");
    let open = secure.file("open.pgpass", &format!("*:*:*:*:{PASSWORD}\n"));
    open_to_others(&open);
    let wrong = secure.file("wrong.pgpass", "*:*:*:*:wrong s3cret\n");
    let texts = [
        secure.failure("secret", "password=wrong-s3cret"),
        secure.failure("cleartext", "sslmode=disable&password=wrong-s3cret"),
        secure.failure("secret", &format!("passfile={}", wrong.display())),
        secure.failure("secret", &format!("passfile={}", none.display())),
        secure.failure("secret", &format!("passfile={}", open.display())),
        secure.failure("secret", "passfile=/no/such/file"),
    ];
    assert!(!texts.concat().contains("s3cret"), "{texts:?}");
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[test]
fn databases_and_users_that_are_not_there() {
    let secure = Secure::shared();
    let database = secure.database();
    let url = secure
        .url("anybody", &database, "")
        .replace(database.name(), "nowhere");
    let texts = [
        secure.told(&failure(&url), &database),
        secure.failure("nobody", "sslmode=require"),
    ];
    insta::assert_snapshot!(as_of_14(&texts.join("\n\n")));
}

/// What version 13 says in other words.
fn as_of_14(text: &str) -> String {
    let text = text.replace(", SSL on", ", SSL encryption");
    text.replace(", SSL off", ", no encryption")
}

#[test]
fn hosts_that_do_not_answer() {
    // Connections are accepted by the system, and nobody ever reads from them.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let urls = [
        format!("postgres://me@127.0.0.1:{port}/db?connect_timeout=1"),
        format!("postgres://me@127.0.0.1:1,127.0.0.1:{port}/db?connect_timeout=1"),
        "postgres://me@%2Fno%2Fsuch%2Ffolder/db".to_owned(),
        "postgres://me@host/db?hostaddr=localhost".to_owned(),
    ];
    let texts: Vec<_> = urls
        .iter()
        .map(|url| format!("error: {:#}", failure(url)).replace(&port.to_string(), "PORT"))
        .collect();
    insta::assert_snapshot!(texts.join("\n\n"));
    // In the words of the operating system.
    let text = format!("{:#}", failure("postgres://me@no-such-host.invalid/db"));
    assert!(text.contains("address information"), "{text}");
}

#[test]
fn tls_that_is_spoken_at_once_with_a_server_that_does_not_know_it() {
    let secure = Secure::shared();
    if secure.cluster.server().major_version() >= 17 {
        assert_eq!(
            secure.session("anybody", "sslmode=require&sslnegotiation=direct"),
            "TLSv1.3"
        );
        return;
    }
    let text = secure.failure("anybody", "sslmode=require&sslnegotiation=direct");
    assert!(text.contains("PostgreSQL 17"), "{text}");
}
