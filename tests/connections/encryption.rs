//! What each `sslmode` does, with a server of each kind.

use limbeck_testkit::Database;

use crate::authority::{Authority, self_signed};
use crate::server::{Secure, failure, session};

const PLAIN: &str = "plain";
const TLS: &str = "TLSv1.3";

#[test]
fn each_mode_encrypts_as_the_server_has_it() {
    let secure = Secure::shared();
    let root = secure.root();
    for (mode, anybody, encrypted, plain) in [
        ("disable", Some(PLAIN), None, Some(PLAIN)),
        ("allow", Some(PLAIN), Some(TLS), Some(PLAIN)),
        ("prefer", Some(TLS), Some(TLS), Some(PLAIN)),
        ("require", Some(TLS), Some(TLS), None),
    ] {
        for (user, expected) in [
            ("anybody", anybody),
            ("encrypted", encrypted),
            ("plain", plain),
        ] {
            let database = secure.database();
            let url = secure.url(user, &database, &format!("sslmode={mode}"));
            match expected {
                Some(expected) => {
                    assert_eq!(session(&url, &database), expected, "{user}, {mode}");
                }
                None => {
                    failure(&url);
                }
            }
        }
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        let parameters = format!("sslmode={mode}&sslrootcert={root}");
        assert_eq!(secure.session("encrypted", &parameters), TLS);
    }
    // As without any.
    assert_eq!(secure.session("anybody", ""), TLS);
    // Nor does it matter how long is waited.
    assert_eq!(secure.session("anybody", "connect_timeout=0"), TLS);
    assert_eq!(secure.session("plain", "connect_timeout=0"), PLAIN);
    // Another driver's spelling.
    assert_eq!(secure.session("anybody", "ssl=false"), PLAIN);
    assert_eq!(secure.session("anybody", "ssl=true"), TLS);
}

#[test]
fn a_server_without_tls_is_reached_unless_tls_is_required() {
    let server = limbeck_testkit::postgres();
    let url = |database: &Database, mode: &str| format!("{}?sslmode={mode}", database.url());
    for mode in ["disable", "allow", "prefer"] {
        let database = Database::create(server);
        assert_eq!(session(&url(&database, mode), &database), PLAIN, "{mode}");
    }
    let database = Database::create(server);
    let text = format!("{:#}", failure(&url(&database, "require")));
    assert!(
        text.contains("the server does not encrypt connections"),
        "{text}"
    );
}

#[test]
fn a_socket_is_never_encrypted_whatever_the_mode() {
    let secure = Secure::shared();
    let database = secure.database();
    let directory: String = database
        .connect()
        .query_one("SHOW unix_socket_directories", &[])
        .unwrap()
        .get(0);
    for authority in [directory.replace('/', "%2F"), String::new()] {
        let database = secure.database();
        let url = format!(
            "postgres://anybody@{authority}:{}/{}?sslmode=verify-full&host={directory}",
            secure.port(),
            database.name(),
        );
        assert_eq!(session(&url, &database), PLAIN);
    }
}

#[test]
fn a_root_certificate_makes_require_check_the_authority_and_not_the_name() {
    let secure = Secure::shared();
    let root = secure.root();
    let stranger = Authority::new("a stranger");
    let other = secure.file("other.crt", &stranger.certificate);
    let database = secure.database();
    let by_other_name =
        |parameters: &str| secure.url_at("127.0.0.1", "anybody", &database, parameters);
    for mode in ["require", "verify-ca"] {
        let url = by_other_name(&format!("sslmode={mode}&sslrootcert={root}"));
        assert_eq!(session(&url, &database), TLS);
        database
            .connect()
            .batch_execute("DROP SCHEMA limbeck CASCADE; DROP TABLE session")
            .unwrap();
        let url = by_other_name(&format!("sslmode={mode}&sslrootcert={}", other.display()));
        failure(&url);
    }
    failure(&by_other_name(&format!(
        "sslmode=verify-full&sslrootcert={root}"
    )));
    // Nobody is asked for who he is, and then nobody is who he should be: plain, as the server lets it.
    let parameters = format!("sslmode=prefer&sslrootcert={}", other.display());
    assert_eq!(secure.session("anybody", &parameters), PLAIN);
}

#[test]
fn a_file_may_hold_several_authorities_and_text_between_them() {
    let secure = Secure::shared();
    let stranger = Authority::new("a stranger");
    let both = format!(
        "A stranger\n{}\nOurs\n{}",
        stranger.certificate, secure.authority.certificate
    );
    let file = secure.file("both.crt", &both);
    let parameters = format!("sslmode=verify-full&sslrootcert={}", file.display());
    assert_eq!(secure.session("anybody", &parameters), TLS);
}

#[test]
fn a_client_certificate_is_sent_with_its_key() {
    let secure = Secure::shared();
    let pair = secure.authority.sign("certified", &[]);
    let certificate = secure.file("client.crt", &pair.certificate);
    let key = secure.file("client.key", &pair.key);
    let parameters = format!(
        "sslmode=verify-full&sslrootcert={}&sslcert={}&sslkey={}",
        secure.root(),
        certificate.display(),
        key.display()
    );
    assert_eq!(secure.session("certified", &parameters), TLS);
    secure.failure("certified", &format!("{parameters}&sslcertmode=disable"));
}

#[test]
fn a_password_is_bound_to_the_channel() {
    let secure = Secure::shared();
    let with = |parameters: &str| format!("password=s3cret%20pass%3Aword&{parameters}");
    for binding in ["disable", "prefer", "require"] {
        let parameters = with(&format!("sslmode=require&channel_binding={binding}"));
        assert_eq!(secure.session("secret", &parameters), TLS);
    }
    // Without TLS, and by a method that knows no binding, there is none.
    secure.failure("secret", &with("sslmode=disable&channel_binding=require"));
    secure.failure(
        "cleartext",
        &with("sslmode=require&channel_binding=require"),
    );
    assert_eq!(secure.session("secret", &with("sslmode=disable")), PLAIN);
    assert_eq!(secure.session("cleartext", &with("sslmode=require")), TLS);
    assert_eq!(secure.session("digested", &with("sslmode=require")), TLS);
}

#[test]
fn the_version_of_tls_is_chosen_within_limits() {
    let secure = Secure::shared();
    let root = secure.root();
    let parameters =
        format!("sslmode=verify-full&sslrootcert={root}&ssl_max_protocol_version=TLSv1.2");
    assert_eq!(secure.session("anybody", &parameters), "TLSv1.2");
    let parameters =
        format!("sslmode=verify-full&sslrootcert={root}&ssl_min_protocol_version=TLSv1.3&sslsni=0");
    assert_eq!(secure.session("anybody", &parameters), TLS);
}

#[test]
fn certificates_as_the_manual_makes_them_are_understood() {
    // Signed by an authority, of version 1, with the host for its common name.
    let authority = Authority::new("the manual's authority");
    let pair = authority.sign_plain("localhost");
    let plain = Secure::start(authority, &pair);
    let root = plain.root();
    for parameters in [
        "sslmode=require".to_owned(),
        format!("sslmode=verify-ca&sslrootcert={root}"),
        format!("sslmode=verify-full&sslrootcert={root}"),
        format!("sslmode=verify-full&sslrootcert={root}&ssl_max_protocol_version=TLSv1.2"),
    ] {
        assert_ne!(plain.session("anybody", &parameters), PLAIN, "{parameters}");
    }
    let client = plain.authority.sign_plain("certified");
    let parameters = format!(
        "sslmode=require&sslcert={}&sslkey={}",
        plain.file("client.crt", &client.certificate).display(),
        plain.file("client.key", &client.key).display()
    );
    assert_eq!(plain.session("certified", &parameters), TLS);
    let database = plain.database();
    failure(&plain.url_at(
        "other.example",
        "anybody",
        &database,
        &format!("sslmode=verify-full&sslrootcert={root}"),
    ));
    // An authority of the same name that is another one.
    let namesake = Authority::new("the manual's authority");
    let other = plain.file("namesake.crt", &namesake.certificate);
    plain.failure(
        "anybody",
        &format!("sslmode=verify-ca&sslrootcert={}", other.display()),
    );

    // Signed by itself.
    let pair = self_signed("localhost");
    let itself = pair.certificate.clone();
    let alone = Secure::start(Authority::new("of clients"), &pair);
    let root = alone.file("server.crt", &itself);
    let parameters = format!("sslmode=verify-full&sslrootcert={}", root.display());
    assert_eq!(alone.session("anybody", &parameters), TLS);
    let other = alone.file("other.crt", &self_signed("localhost").certificate);
    let text = alone.failure(
        "anybody",
        &format!("sslmode=verify-ca&sslrootcert={}", other.display()),
    );
    assert!(text.contains("is not itself trusted"), "{text}");
}
