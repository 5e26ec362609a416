//! The statements of a schema make it again.

use std::error::Error;

use limbeck_schema::{diff, sqlite};
use rusqlite::Connection;

/// Executes what is rendered of one database in an empty one, and compares the two.
#[track_caller]
pub(crate) fn check(connection: &Connection) -> Result<String, Box<dyn Error>> {
    let before = sqlite::read(connection)?;
    let text = sqlite::ddl(&before).to_string();
    let again = Connection::open_in_memory()?;
    again
        .execute_batch(&text)
        .map_err(|error| format!("{error}\n{text}"))?;
    let after = sqlite::read(&again)?;
    assert_eq!(diff(&before, &after), [], "{text}");
    assert_eq!(before.fingerprint(), after.fingerprint(), "{text}");
    assert_eq!(sqlite::ddl(&after).to_string(), text);
    Ok(text)
}

#[test]
fn a_schema_is_written_for_reading_and_in_the_order_of_its_needs() -> Result<(), Box<dyn Error>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE VIEW all_of_it AS SELECT body, \"count\" FROM totals WHERE body IS DISTINCT FROM 'x';
         CREATE VIEW totals AS SELECT body, (SELECT count(*) FROM tags) AS count FROM messages;
         CREATE TABLE tags (message INTEGER REFERENCES messages ON DELETE CASCADE, tag TEXT,
             PRIMARY KEY (tag, message)) WITHOUT ROWID, STRICT;
         CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL DEFAULT '',
             first_tag TEXT, length INTEGER AS (length(body)) STORED,
             FOREIGN KEY (first_tag, id) REFERENCES tags (tag, message) DEFERRABLE INITIALLY DEFERRED,
             CONSTRAINT short CHECK (length < 1000));
         CREATE VIRTUAL TABLE words USING fts5(body, content='messages', content_rowid='id');
         CREATE TRIGGER indexed AFTER INSERT ON messages BEGIN
             INSERT INTO words (rowid, body) VALUES (new.id, new.body); END;
         CREATE TRIGGER through INSTEAD OF INSERT ON totals WHEN new.count IS NULL BEGIN
             INSERT INTO messages (body) VALUES (CASE new.body WHEN 'a' THEN 'b' ELSE 'c' END);
             DELETE FROM tags; END;
         CREATE INDEX by_length ON messages (length DESC, lower(body)) WHERE first_tag IS NOT NULL;",
    )?;
    insta::assert_snapshot!(check(&connection)?);
    Ok(())
}
