//! Databases for tests, and what their dumps show.

use limbeck_testkit::{Database, postgres};

#[test]
fn every_database_is_its_own_and_gone_afterwards() {
    let (one, two) = (Database::create(postgres()), Database::create(postgres()));
    assert_ne!(one.name(), two.name());
    one.connect()
        .batch_execute("CREATE TABLE a (x int)")
        .unwrap();
    assert!(two.connect().batch_execute("TABLE a").is_err());

    let name = one.name().to_owned();
    // A session that is still open must not keep the database.
    let _open = one.connect();
    drop(one);
    let left = postgres()
        .connect("postgres")
        .query("SELECT FROM pg_database WHERE datname = $1", &[&name])
        .unwrap();
    assert!(left.is_empty());
}

#[test]
fn equal_schemas_have_equal_dumps_and_others_do_not() {
    let dump = |schema: &str, without: &[&str]| {
        let database = Database::create(postgres());
        database.connect().batch_execute(schema).unwrap();
        database.pg_dump_schema(without)
    };
    let plain = dump(
        "CREATE TABLE a (x int); CREATE TABLE b (y text DEFAULT '--')",
        &[],
    );
    assert_eq!(
        plain,
        dump(
            "CREATE TABLE b (y text DEFAULT '--'); CREATE TABLE a (x int)",
            &[]
        )
    );
    assert_ne!(
        plain,
        dump("CREATE TABLE a (x int); CREATE TABLE b (y text)", &[])
    );
    assert!(
        plain.contains("CREATE TABLE public.a (\n    x integer\n);"),
        "{plain}"
    );

    let with_ledger = "CREATE TABLE a (x int); CREATE TABLE b (y text DEFAULT '--');
        CREATE SCHEMA limbeck; CREATE TABLE limbeck.state (x int);
        GRANT SELECT ON a TO PUBLIC";
    assert_eq!(plain, dump(with_ledger, &["limbeck"]));
    assert_ne!(plain, dump(with_ledger, &[]));
}

#[test]
fn rows_are_equal_whatever_their_order_and_differ_in_every_value() {
    let rows = |content: &str| {
        let database = Database::create(postgres());
        let schema = "CREATE SCHEMA limbeck; CREATE TABLE limbeck.state (x int);
            CREATE TABLE a (x int, y text); CREATE TABLE part (LIKE a) PARTITION BY LIST (x);
            CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);";
        let mut client = database.connect();
        client.batch_execute(&format!("{schema}{content}")).unwrap();
        database.rows_dump(&["limbeck"])
    };
    let plain = rows("INSERT INTO a VALUES (1, 'p'), (2, NULL); INSERT INTO part VALUES (1, 'q')");
    assert_eq!(plain.lines().count(), 3);
    assert_eq!(
        plain,
        rows(
            "INSERT INTO limbeck.state VALUES (5); INSERT INTO a VALUES (2, NULL);
            INSERT INTO a VALUES (1, 'p'); INSERT INTO part VALUES (1, 'q')"
        )
    );
    assert_ne!(
        plain,
        rows("INSERT INTO a VALUES (1, 'p'), (2, ''); INSERT INTO part VALUES (1, 'q')")
    );
    assert_ne!(plain, rows("INSERT INTO a VALUES (1, 'p'), (2, NULL)"));
}
