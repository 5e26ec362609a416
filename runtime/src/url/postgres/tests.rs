//! What URLs and variables come to, together.

use std::time::Duration;

use super::{Binding, Host, Place, Roots, Settings, SslMode, TargetSession};
use crate::environment::Surroundings;

fn read(rest: &str) -> Settings {
    with(rest, &[])
}

fn with(rest: &str, variables: &[(&'static str, &str)]) -> Settings {
    Settings::read(rest, &Surroundings::of(variables)).unwrap_or_else(|error| panic!("{error:#}"))
}

fn refused(rest: &str) -> String {
    refused_with(rest, &[])
}

fn refused_with(rest: &str, variables: &[(&'static str, &str)]) -> String {
    match Settings::read(rest, &Surroundings::of(variables)) {
        Ok(settings) => panic!("understood as {settings:?}"),
        Err(error) => format!("{error:#}"),
    }
}

fn tcp(name: &str, port: u16) -> Host {
    Host {
        place: Place::Tcp {
            name: name.to_owned(),
            address: None,
        },
        port,
    }
}

fn socket(directory: &str, port: u16) -> Host {
    Host {
        place: Place::Socket(directory.into()),
        port,
    }
}

fn password(settings: &Settings) -> &[u8] {
    settings
        .password
        .as_ref()
        .map_or(b"", |password| password.secret.bytes())
}

#[test]
fn every_part_is_percent_decoded() {
    let settings =
        read("m%40e:s%3A%2F%40@h%6Fst:54%332/st%2Fore?application_name=a%26b&options=-c%20a%3Db");
    assert_eq!(settings.user, "m@e");
    assert_eq!(password(&settings), b"s:/@");
    assert_eq!(settings.hosts, [tcp("host", 5432)]);
    assert_eq!(settings.database, "st/ore");
    assert_eq!(settings.application_name, "a&b");
    assert_eq!(settings.options.as_deref(), Some("-c a=b"));
    // A password may be any bytes, and may hold a `?` and a `:` as they are.
    assert_eq!(password(&read("me:%FF?:x@host/db")), b"\xff?:x");
}

#[test]
fn a_host_is_a_name_an_address_or_a_directory() {
    assert_eq!(read("[::1]:5433/db").hosts, [tcp("::1", 5433)]);
    assert_eq!(
        read("[fe80::1%25eth0]/db").hosts,
        [tcp("fe80::1%eth0", 5432)]
    );
    assert_eq!(read("%2Frun%2Fpg:6000/db").hosts, [socket("/run/pg", 6000)]);
    assert_eq!(
        read("/db?host=/run/pg&port=6000").hosts,
        [socket("/run/pg", 6000)]
    );
    assert_eq!(
        read("name/db?hostaddr=10.0.0.1").hosts[0].place,
        Place::Tcp {
            name: "name".to_owned(),
            address: Some("10.0.0.1".to_owned())
        }
    );
    assert_eq!(
        read("/db").hosts,
        [socket("/var/run/postgresql", 5432), socket("/tmp", 5432)]
    );
}

#[test]
fn several_hosts_have_each_their_port_or_share_one() {
    assert_eq!(
        read("one:1,two,[::3]:3/db?target_session_attrs=primary").hosts,
        [tcp("one", 1), tcp("two", 5432), tcp("::3", 3)]
    );
    assert_eq!(
        read("one,two/db?port=6").hosts,
        [tcp("one", 6), tcp("two", 6)]
    );
    assert_eq!(
        read("/db?host=one,/run&port=6,7").hosts,
        [tcp("one", 6), socket("/run", 7)]
    );
    for (text, session) in [
        ("any", TargetSession::Any),
        ("read-write", TargetSession::ReadWrite),
        ("read-only", TargetSession::ReadOnly),
        ("primary", TargetSession::Primary),
        ("standby", TargetSession::Standby),
        ("prefer-standby", TargetSession::PreferStandby),
    ] {
        assert_eq!(
            read(&format!("a/b?target_session_attrs={text}")).session,
            session
        );
    }
    assert!(refused("one,two/db?port=1,2,3").contains("as many `port`"));
    assert!(refused("one,two/db?hostaddr=::1").contains("as many `hostaddr`"));
}

#[test]
fn variables_fill_what_the_url_leaves_out_and_nothing_else() {
    let variables = [
        ("PGHOST", "other"),
        ("PGPORT", "6000"),
        ("PGUSER", "you"),
        ("PGDATABASE", "theirs"),
        ("PGPASSWORD", "theirs"),
        ("PGAPPNAME", "app"),
        ("PGOPTIONS", "-c a=b"),
        ("PGSSLMODE", "require"),
        ("PGSSLROOTCERT", "/root.crt"),
        ("PGCONNECT_TIMEOUT", "3"),
        ("PGTARGETSESSIONATTRS", "read-write"),
        ("PGPASSFILE", "/pass"),
        ("PGCHANNELBINDING", "disable"),
    ];
    let all = with("", &variables);
    assert_eq!(all.hosts, [tcp("other", 6000)]);
    assert_eq!(
        (all.user.as_str(), all.database.as_str()),
        ("you", "theirs")
    );
    assert_eq!(password(&all), b"theirs");
    assert_eq!(all.application_name, "app");
    assert_eq!(all.options.as_deref(), Some("-c a=b"));
    assert_eq!(all.protection.mode, SslMode::Require);
    assert_eq!(all.protection.roots, Roots::File("/root.crt".into()));
    assert_eq!(all.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!(all.session, TargetSession::ReadWrite);
    assert_eq!(all.passfile, Some(("/pass".into(), true)));
    assert_eq!(all.channel_binding, Binding::Disable);
    let given = with(
        "me:mine@host:1/db?sslmode=disable&connect_timeout=0",
        &variables,
    );
    assert_eq!(given.hosts, [tcp("host", 1)]);
    assert_eq!((given.user.as_str(), given.database.as_str()), ("me", "db"));
    assert_eq!(password(&given), b"mine");
    assert_eq!(given.protection.mode, SslMode::Disable);
    assert_eq!(given.connect_timeout, None);
    // Empty is as not set, and the address of another server is not this one's.
    assert_eq!(
        with("host", &[("PGPORT", ""), ("PGHOSTADDR", "::1")]).hosts,
        [tcp("host", 5432)]
    );
}

#[test]
fn what_nobody_says_is_as_libpq_has_it_but_for_the_timeout() {
    let settings = read("");
    assert_eq!(
        (settings.user.as_str(), settings.database.as_str()),
        ("somebody", "somebody")
    );
    assert_eq!(settings.protection.mode, SslMode::Prefer);
    assert_eq!(settings.connect_timeout, Some(Duration::from_secs(10)));
    assert_eq!(settings.application_name, "limbeck");
    assert_eq!(
        settings.passfile,
        Some(("/home/somebody/.pgpass".into(), false))
    );
    assert_eq!(
        settings.protection.roots,
        Roots::FileIfThere("/home/somebody/.postgresql/root.crt".into())
    );
}

#[test]
fn every_mode_of_encryption_is_understood_in_both_spellings() {
    for (text, mode) in [
        ("sslmode=disable", SslMode::Disable),
        ("sslmode=allow", SslMode::Allow),
        ("sslmode=prefer", SslMode::Prefer),
        ("sslmode=require", SslMode::Require),
        ("sslmode=verify-ca", SslMode::VerifyCa),
        ("sslmode=verify-full", SslMode::VerifyFull),
        ("ssl=verify-full", SslMode::VerifyFull),
        ("ssl=true", SslMode::Require),
        ("ssl=false", SslMode::Disable),
        ("sslmode=disable&ssl=require", SslMode::Require),
        ("sslrootcert=system", SslMode::VerifyFull),
    ] {
        assert_eq!(
            read(&format!("host/db?{text}")).protection.mode,
            mode,
            "{text}"
        );
    }
}

#[test]
fn what_would_weaken_a_connection_is_refused() {
    for (query, words) in [
        ("sslmode=maybe", "`sslmode=maybe` is none of"),
        ("sslrootcert=system&sslmode=require", "sslrootcert=system"),
        ("sslnegotiation=direct", "sslnegotiation=direct"),
        ("gssencmode=require", "gssencmode"),
        ("service=a", "`service`"),
        ("sslcrl=a", "`sslcrl`"),
        ("requirepeer=a", "`requirepeer`"),
        (
            "ssl_max_protocol_version=TLSv1.1",
            "ssl_max_protocol_version",
        ),
        ("client_encoding=LATIN1", "client_encoding"),
        (
            "connect_timeout=soon",
            "`connect_timeout` is not a whole number",
        ),
    ] {
        let error = refused(&format!("host/db?{query}"));
        assert!(error.contains(words) && error.contains("help: "), "{error}");
    }
    assert!(refused_with("host/db", &[("PGSERVICE", "a")]).contains("PGSERVICE"));
    assert!(refused_with("host/db", &[("PGSSLMODE", "x")]).contains("`PGSSLMODE=x`"));
}

#[test]
fn an_unknown_parameter_is_named_with_what_was_meant() {
    let error = refused("host/db?sslmod=require");
    assert!(
        error.contains("`sslmod`") && error.contains("write `sslmode`"),
        "{error}"
    );
    assert!(refused("host/db?search_path=a").contains("options=-c"));
    assert!(refused("host/db?sslmode").contains("has no value"));
    // Those of other drivers mean nothing here.
    read("host/db?prepared_statement_cache_size=0&statement_cache_size=0&prepare_threshold=1");
}

#[test]
fn no_error_and_no_debug_form_has_a_secret() {
    for rest in [
        "me:s3cret@host/db",
        "me:s3cr@s3cret@host/db",
        "me:s3cret/s3cret@host/db",
        "me:12/s3cret@host/db",
        "me:s3cret@host:s3cret/db",
        "me:s3cret@[::1/db",
        "me:s3cret@::1/db",
        "me:s3cret@host/db?sslmode=maybe",
        "me:s3cret@host/db?nonsense=s3cret",
        "me@host/db?password=s3cret",
        "me@host/db?password=a&s3cret",
        "me@host/db?password=a&s3cret=b",
        "me@host/db?sslpassword=s3cret",
        "me:s3cret#s3cret@host/db",
        "me:s3cret@host/db?connect_timeout=s3cret",
        "me:s3cret@host/%FF",
        "me:s3cret@host/db?pass word=s3cret",
        "me:s3cret&s3cret@host/db?s3cret@x",
        "me:12/b?s3cret=d@host/db",
        "me@host/db?s3cret",
    ] {
        let variables = [("PGPASSWORD", "s3cret")];
        let text = match Settings::read(rest, &Surroundings::of(&variables)) {
            Ok(settings) => format!("{settings:?} {}", settings.shown()),
            Err(error) => format!("{error:#} {error:?}"),
        };
        assert!(!text.contains("s3c"), "{rest}: {text}");
    }
}

#[test]
fn what_people_are_told_says_where_it_went() {
    let shown = |rest| with(rest, &[("PGUSER", "me"), ("PGPORT", "6000")]).shown();
    assert_eq!(shown("host"), "postgres://me@host:6000/me");
    assert_eq!(shown("you:pw@[::1]/db"), "postgres://you:***@[::1]:6000/db");
    assert_eq!(shown("/db?host=/run"), "postgres://me@%2Frun:6000/db");
}
