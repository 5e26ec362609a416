//! PostgreSQL: 25001 is what only runs outside of a transaction, 25P01 what only works inside of one.

use std::sync::{Arc, Mutex};

use limbeck_model::Dialect;
use limbeck_testkit::{Cluster, Options};
use postgres::{Client, Config, NoTls};

use super::support::{inside, outside};

/// What there is to work on.
const SCHEMA: &str = "
    CREATE TABLE items (id int PRIMARY KEY, title text);
    CREATE INDEX items_title ON items (title);
    CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY LIST (id);
    CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
    CREATE TABLE part_2 PARTITION OF parts FOR VALUES IN (2);
    CREATE MATERIALIZED VIEW totals AS SELECT id FROM items;
    CREATE UNIQUE INDEX totals_id ON totals (id);
    CREATE TYPE mood AS ENUM ('sad');
    CREATE DATABASE other;
    CREATE SUBSCRIPTION copies CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p
        WITH (connect = false, slot_name = copies);
    ALTER SUBSCRIPTION copies ENABLE;
";

/// The statements, with the version that first refuses them in a transaction where that is not the oldest.
const STATEMENTS: &[(u32, &str)] = &[
    (0, "CREATE DATABASE another"),
    (0, "DROP DATABASE IF EXISTS nowhere"),
    (0, "ALTER DATABASE other SET TABLESPACE pg_default"),
    (0, "ALTER DATABASE other RENAME TO others"),
    (0, "ALTER DATABASE others SET work_mem = '4MB'"),
    (15, "ALTER DATABASE others REFRESH COLLATION VERSION"),
    (0, "CREATE TABLESPACE fast LOCATION '/nowhere'"),
    (0, "DROP TABLESPACE IF EXISTS fast"),
    (0, "ALTER SYSTEM RESET work_mem"),
    (0, "VACUUM"),
    (0, "VACUUM items"),
    (0, "VACUUM (ANALYZE) items"),
    (0, "VACUUM FULL items"),
    (16, "VACUUM (ONLY_DATABASE_STATS)"),
    (0, "ANALYZE items"),
    (0, "CLUSTER"),
    (0, "CLUSTER VERBOSE"),
    (0, "CLUSTER items USING items_title"),
    (0, "CREATE INDEX CONCURRENTLY one ON items (title)"),
    (0, "CREATE UNIQUE INDEX CONCURRENTLY two ON items (id)"),
    (
        0,
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS items_title ON items (title)",
    ),
    (0, "CREATE INDEX plain ON items (title)"),
    (0, "DROP INDEX CONCURRENTLY IF EXISTS nothing"),
    (0, "DROP INDEX IF EXISTS nothing"),
    (0, "REINDEX SCHEMA public"),
    (0, "REINDEX DATABASE postgres"),
    (0, "REINDEX SYSTEM postgres"),
    (0, "REINDEX TABLE items"),
    (0, "REINDEX INDEX items_title"),
    (0, "REINDEX TABLE CONCURRENTLY items"),
    (0, "REINDEX INDEX CONCURRENTLY items_title"),
    (14, "REINDEX (CONCURRENTLY) TABLE items"),
    (14, "REINDEX (CONCURRENTLY false, VERBOSE) TABLE items"),
    (14, "REINDEX (VERBOSE, CONCURRENTLY true) INDEX items_title"),
    (14, "ALTER TABLE parts DETACH PARTITION part_1 CONCURRENTLY"),
    (0, "ALTER TABLE parts DETACH PARTITION part_2"),
    (
        0,
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p",
    ),
    (
        0,
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = true, enabled)",
    ),
    (
        0,
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)",
    ),
    (
        0,
        "CREATE SUBSCRIPTION t CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (create_slot = off, slot_name = 't')",
    ),
    (14, "ALTER SUBSCRIPTION copies REFRESH PUBLICATION"),
    (14, "ALTER SUBSCRIPTION copies ADD PUBLICATION q"),
    (14, "ALTER SUBSCRIPTION copies SET PUBLICATION q"),
    (
        0,
        "ALTER SUBSCRIPTION copies SET PUBLICATION p WITH (refresh = false)",
    ),
    (17, "ALTER SUBSCRIPTION copies SET (failover = true)"),
    (18, "ALTER SUBSCRIPTION copies SET (two_phase = false)"),
    (0, "ALTER SUBSCRIPTION copies DISABLE"),
    (0, "COMMIT PREPARED 'nothing'"),
    (0, "ROLLBACK PREPARED 'nothing'"),
    (0, "DISCARD ALL"),
    (0, "DISCARD PLANS"),
    (0, "ALTER TYPE mood ADD VALUE 'glad'"),
    (0, "REFRESH MATERIALIZED VIEW CONCURRENTLY totals"),
    (0, "CHECKPOINT"),
    (0, "LOAD 'plpgsql'"),
    (0, "CREATE PUBLICATION p FOR TABLE items"),
    (0, "TRUNCATE items"),
    (0, "LOCK TABLE items IN SHARE MODE"),
    (0, "LOCK items"),
    (0, "SAVEPOINT half"),
    (0, "RELEASE half"),
    (0, "ROLLBACK TO half"),
    (0, "ROLLBACK WORK TO SAVEPOINT half"),
    (0, "DECLARE a CURSOR FOR SELECT 1"),
    (0, "DECLARE b SCROLL CURSOR FOR SELECT 'WITH HOLD'"),
    (0, "DECLARE c CURSOR WITH HOLD FOR SELECT 1"),
    (0, "SET LOCAL work_mem = '2MB'"),
    (0, "SET work_mem = '2MB'"),
    (0, "SET CONSTRAINTS ALL DEFERRED"),
    (0, "SET TRANSACTION READ WRITE"),
    (0, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"),
    (0, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
    (
        0,
        "SET TRANSACTION READ WRITE, ISOLATION LEVEL REPEATABLE READ",
    ),
    (0, "SET TRANSACTION NOT DEFERRABLE"),
    (0, "SET TRANSACTION SNAPSHOT '00000003-0000001B-1'"),
    (
        0,
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
    ),
    (0, "SELECT set_config('search_path', 'public', false)"),
];

/// What a transaction refuses for what is in the database, of which a text says nothing.
const HIDDEN: &[(u32, &str)] = &[
    (14, "REINDEX TABLE parts"),
    (15, "CLUSTER parts USING parts_pkey"),
    (0, "DROP SUBSCRIPTION copies"),
];

/// A session that keeps what it is warned of.
struct Session {
    client: Client,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Session {
    fn open(url: &str) -> Self {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&warnings);
        let mut config: Config = url.parse().unwrap();
        config.notice_callback(move |notice| {
            heard.lock().unwrap().push(notice.code().code().to_owned());
        });
        let client = config.connect(NoTls).unwrap();
        Self { client, warnings }
    }

    /// The codes with which a statement is answered.
    fn answers(&mut self, statement: &str) -> Vec<String> {
        self.warnings.lock().unwrap().clear();
        let error = self.client.batch_execute(statement).err();
        let mut answers = self.warnings.lock().unwrap().clone();
        answers.extend(error.map(|error| error.code().unwrap().code().to_owned()));
        answers
    }

    fn inside(&mut self, statement: &str) -> Vec<String> {
        self.client
            .batch_execute("BEGIN; SELECT 1; SELECT count(*) FROM items; SAVEPOINT half")
            .unwrap();
        if statement.contains("copies SET (") {
            // Its options are refused while it is enabled.
            let disable = "ALTER SUBSCRIPTION copies DISABLE";
            self.client.batch_execute(disable).unwrap();
        }
        let answers = self.answers(statement);
        self.client.batch_execute("ROLLBACK").unwrap();
        answers
    }
}

#[test]
fn what_is_said_of_a_statement_is_what_the_server_does() {
    let cluster = Cluster::start(&Options {
        settings: vec![
            "max_prepared_transactions = 2".to_owned(),
            "max_logical_replication_workers = 0".to_owned(),
        ],
        ..Options::default()
    })
    .unwrap();
    let version = cluster.server().major_version();
    let mut session = Session::open(&cluster.server().url("postgres"));
    for statement in SCHEMA.split_inclusive(';') {
        session.client.batch_execute(statement).unwrap();
    }
    let has = |answers: &[String], code: &str| answers.iter().any(|answer| answer == code);
    for (since, statement) in STATEMENTS {
        let answers = session.inside(statement);
        let said = inside(Dialect::Postgres, statement);
        if *since <= version {
            assert_eq!(
                has(&answers, "25001"),
                !said.is_empty(),
                "{statement}: {answers:?}, {said:?}"
            );
        } else {
            assert!(!has(&answers, "25001"), "{statement}: {answers:?}");
        }
    }
    for (since, statement) in HIDDEN {
        let answers = session.inside(statement);
        assert_eq!(
            has(&answers, "25001"),
            *since <= version,
            "{statement}: {answers:?}"
        );
        assert!(
            inside(Dialect::Postgres, statement).is_empty(),
            "{statement}"
        );
    }
    for (_, statement) in STATEMENTS {
        let answers = session.answers(statement);
        let said = outside(Dialect::Postgres, statement);
        assert!(
            !has(&answers, "25001") || said.contains("LB0304"),
            "{statement}: {answers:?}"
        );
        assert_eq!(
            has(&answers, "25P01"),
            said.contains("LB0304"),
            "{statement}: {answers:?}"
        );
    }
}

#[test]
fn a_setting_of_a_transaction_is_gone_with_the_statement() {
    let mut client = limbeck_testkit::postgres().connect("postgres");
    let mut value = |set: &str| {
        client.batch_execute(set).unwrap();
        client
            .query_one("SHOW work_mem", &[])
            .unwrap()
            .get::<_, String>(0)
    };
    let before = value("");
    assert_eq!(value("SET LOCAL work_mem = '77MB'"), before);
    assert_eq!(value("SET work_mem = '77MB'"), "77MB");
}
