//! The emitted table: valid Rust, the same everywhere, and nothing in it but data.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;

use limbeck_compiler::lock::{self, Proof, Proved};
use limbeck_compiler::project::{Output, Project, Purpose, compile_package};
use limbeck_model::Dialect;
use limbeck_model::checksum;

const MANIFEST: &str = "[package]\nname = \"app\"\n\n[package.metadata.limbeck]\ndialects = [\"sqlite\", \"postgres\"]\n";

fn write(package: &Path, files: &[(&str, &str)]) {
    fs::write(package.join("Cargo.toml"), MANIFEST).unwrap();
    for (name, text) in files {
        let path = package.join("migrations").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn compile(files: &[(&str, &str)]) -> Output {
    let package = tempfile::tempdir().unwrap();
    write(package.path(), files);
    let output = compile_package(
        package.path(),
        "app 1.2.3",
        Purpose::Development,
        &package.path().join("target/proof"),
    )
    .unwrap();
    assert!(output.report.is_empty(), "{}", output.report);
    output
}

const FIRST: (&str, &str) = (
    "r1_first.sql",
    "-- @revision r1\n-- @revises base\n-- @up\nCREATE TABLE a (id integer DEFAULT '\"\\');\n-- @down\nDROP TABLE a;\n",
);
const SECOND: (&str, &str) = (
    "r2_second.sql",
    "-- @revision r2\n-- @revises r1\n-- @depends-on auth:a1\n-- @label x-y\n-- @message é \u{202e}\n\
     -- @irreversible: no way\n-- @up sqlite\nSELECT 1;\n-- @up postgres no-transaction\n-- @lock-timeout 300s\nSELECT 2;\n",
);

#[test]
fn the_table_is_a_rust_expression_with_each_shared_statement_once() {
    let text = compile(&[FIRST, SECOND]).table.text;
    let expression: syn::Expr = syn::parse_str(&text).unwrap();
    assert!(matches!(expression, syn::Expr::Block(_)));
    assert_eq!(text.matches("CREATE TABLE a").count(), 1, "{text}");
    assert!(
        text.contains(r#"sql: "CREATE TABLE a (id integer DEFAULT '\"\\')""#),
        "{text}"
    );
    assert!(text.contains("lock_timeout_ms: Some(300_000)"), "{text}");
    assert!(text.contains(r#"foreign: &[("auth", "a1")]"#), "{text}");
    // A character that turns the direction of the text around it is escaped, and rustc accepts it.
    assert!(
        text.contains(r"é \u{202e}") && !text.contains('\u{202e}'),
        "{text}"
    );
}

#[test]
fn the_table_is_the_same_wherever_and_in_whatever_order_the_files_were_written() {
    let one = compile(&[FIRST, SECOND]).table;
    let other = compile(&[SECOND, FIRST]).table;
    assert_eq!(one.text, other.text);
    assert_eq!(one.digest, other.digest);
    assert!(
        one.text
            .lines()
            .next()
            .unwrap()
            .ends_with(&format!("the migrations of app 1.2.3: {}", one.digest))
    );
}

#[test]
fn the_table_holds_no_path_of_the_machine() {
    let package = tempfile::tempdir().unwrap();
    write(package.path(), &[FIRST]);
    let output = compile_package(
        package.path(),
        "app 1.2.3",
        Purpose::Development,
        &package.path().join("target/proof"),
    )
    .unwrap();
    assert!(
        !output
            .table
            .text
            .contains(&package.path().display().to_string())
    );
    assert!(
        output
            .table
            .text
            .contains("file: \"migrations/r1_first.sql\"")
    );
    // What cargo watches is absolute: the manifest, the folder and the file.
    assert_eq!(output.watched.len(), 3, "{:?}", output.watched);
    assert!(output.watched.iter().all(|path| path.is_absolute()));
}

#[test]
fn layout_comments_line_ends_and_a_byte_order_mark_do_not_change_a_checksum() {
    let digests = |text: &str| -> Vec<String> {
        let table = compile(&[("r1_first.sql", text)]).table.text;
        table
            .lines()
            .filter(|line| line.contains("checksum:") || line.contains("lineage:"))
            .map(str::to_owned)
            .collect()
    };
    let plain = digests(FIRST.1);
    assert_eq!(plain.len(), 4);
    let laid_out = FIRST
        .1
        .replace("CREATE TABLE a (", "-- why\nCREATE  TABLE\n a /* what */ (");
    assert_eq!(digests(&laid_out), plain);
    assert_eq!(
        digests(&format!("\u{feff}{}", FIRST.1.replace('\n', "\r\n"))),
        plain
    );
    assert_eq!(
        digests(&FIRST.1.replace("DROP TABLE a", "DROP TABLE IF EXISTS a")),
        plain,
        "the down does not count"
    );
    assert_ne!(digests(&FIRST.1.replace("integer", "bigint")), plain);
}

#[test]
fn a_report_stands_beside_an_empty_table() {
    let package = tempfile::tempdir().unwrap();
    write(
        package.path(),
        &[
            FIRST,
            (
                "r2_second.sql",
                "-- @revision r2\n-- @revises r9\n-- @up\n-- @down\n",
            ),
        ],
    );
    let output = compile_package(
        package.path(),
        "app 1.2.3",
        Purpose::Development,
        &package.path().join("target/proof"),
    )
    .unwrap();
    assert!(output.report.contains("error[LB0202]"), "{}", output.report);
    assert!(
        output
            .table
            .text
            .ends_with("&::limbeck::__private::EMPTY\n"),
        "{}",
        output.table.text
    );
}

#[test]
fn more_revisions_than_a_chunk_holds_go_into_several() {
    let files: Vec<(String, String)> = (0..600)
        .map(|number| {
            let parent = if number == 0 { "base".to_owned() } else { format!("r{:03}", number - 1) };
            let text = format!("-- @revision r{number:03}\n-- @revises {parent}\n-- @up\nSELECT {number};\n-- @down\n");
            (format!("r{number:03}_x.sql"), text)
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let text = compile(&files).table.text;
    assert!(text.contains("static REVISIONS_2: [l::Revision; 88]"));
    assert!(text.contains("length: 600,"));
}

#[test]
fn each_proof_of_a_released_revision_leaves_its_fingerprint_in_its_chunk() {
    let package = tempfile::tempdir().unwrap();
    let files: Vec<_> = (0..257)
        .map(|number| {
            let parent = match number {
                0 => "base".to_owned(),
                _ => format!("r{}", number - 1),
            };
            let text = format!(
                "-- @revision r{number}\n-- @revises {parent}\n-- @up\nSELECT {number};\n-- @down\nSELECT 0;\n"
            );
            (format!("r{number}_one.sql"), text)
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    write(package.path(), &files);
    let project = Project::read(package.path()).unwrap();
    let table = project.candidate().ok().unwrap();
    let mut lock = project.lock.clone();
    lock::lock_drafts(&mut lock, &table);
    let proofs: Vec<_> = table
        .rows
        .iter()
        .map(|row| Proved {
            revision: row.revision.id.value.clone(),
            dialect: Dialect::Postgres,
            proof: Proof {
                engine: "PostgreSQL 17.2".to_owned(),
                evidence: row.side(Dialect::Postgres).unwrap().evidence,
                schema: checksum::schema(&row.revision.id.value),
            },
        })
        .collect();
    lock::record_proofs(&mut lock, &table, &proofs);
    fs::write(
        package.path().join("migrations/limbeck.lock"),
        lock.to_string(),
    )
    .unwrap();
    let text = compile_package(
        package.path(),
        "app 1.2.3",
        Purpose::Development,
        &package.path().join("target/proof"),
    )
    .unwrap()
    .table
    .text;
    let line = |number: usize| {
        let start = format!("static FINGERPRINTS_{number}: &[u8] = ");
        let found = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(&start));
        found.unwrap().to_owned()
    };
    let bytes = |number| line(number).matches("\\x").count();
    assert_eq!((bytes(0), bytes(1)), (256 * 12, 12));
    // The place, `p`, the version 17, and the beginning of the digest.
    let digest = checksum::schema("r255").to_string();
    let last = line(0).replace("\\x", "");
    let expected = format!("ff700011{}\";", &digest[..16]);
    assert!(last.ends_with(&expected), "{last}");
    assert!(line(1).starts_with("b\"\\x00\\x70"), "{}", line(1));
}
