//! The emitted table: valid Rust and packed bytes, the same everywhere, and nothing in them but data.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;

use limbeck_compiler::project::{Output, Project, Purpose, compile_package};
use limbeck_model::checksum::Digest;
use miniz_oxide::inflate::decompress_to_vec;

const MANIFEST: &str = "[package]\nname = \"app\"\n\n[package.metadata.limbeck]\ndialects = [\"sqlite\", \"postgres\"]\n";

fn write(package: &Path, files: &[(&str, &str)]) {
    fs::write(package.join("Cargo.toml"), MANIFEST).unwrap();
    for (name, text) in files {
        let path = package.join("migrations").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

const LABEL: &str = "app 1.2.3";

fn compile(files: &[(&str, &str)]) -> Output {
    compile_as(LABEL, files)
}

fn compile_as(label: &str, files: &[(&str, &str)]) -> Output {
    let package = tempfile::tempdir().unwrap();
    write(package.path(), files);
    let output = compile_package(
        package.path(),
        label,
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

/// So many revisions, each upon the one before.
fn compile_line(count: usize) -> Output {
    let files: Vec<(String, String)> = (0..count)
        .map(|number| {
            let parent = match number {
                0 => "base".to_owned(),
                _ => format!("r{}", number - 1),
            };
            let text = format!(
                "-- @revision r{number}\n-- @revises {parent}\n-- @up\nSELECT {number};\n-- @down\n"
            );
            (format!("r{number}_x.sql"), text)
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    compile(&files)
}

/// The packed file without its digest and length, inflated.
fn inflated(packed: &[u8]) -> Vec<u8> {
    decompress_to_vec(&packed[40..]).unwrap()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn the_table_is_a_rust_expression() {
    let text = compile(&[FIRST, SECOND]).table.text;
    let expression: syn::Expr = syn::parse_str(&text).unwrap();
    assert!(matches!(expression, syn::Expr::Block(_)));
    // A character that turns the direction of the text around it is escaped, and rustc accepts it.
    let text = compile_as("é \u{202e} \"\\ 1.2.3", &[FIRST]).table.text;
    assert!(
        text.contains(r#"package: "é \u{202e} \"\\ 1.2.3","#),
        "{text}"
    );
    let (_, body) = text.split_once('\n').unwrap();
    assert!(!body.contains('\u{202e}'));
}

#[test]
fn the_text_is_no_longer_with_more_revisions() {
    let [one, many] = [1, 1200].map(|count| compile_line(count).table.text);
    assert!(one.contains("length: 1,"), "{one}");
    assert!(many.contains("length: 1_200,"), "{many}");
    let kinds = |text: &str| text.lines().count();
    assert_eq!(kinds(&one), kinds(&many));
}

#[test]
fn the_text_names_the_digest_that_the_packed_revisions_begin_with() {
    let table = compile(&[FIRST, SECOND]).table;
    let digits = table.packed[..32]
        .iter()
        .map(|byte| format!("\\x{byte:02x}"));
    let literal = format!(
        "&l::Digest::from_bytes(*b\"{}\")",
        digits.collect::<String>()
    );
    assert!(table.text.contains(&literal), "{}", table.text);
    assert!(
        table.text.contains(
            r#"include_bytes!(::core::concat!(::core::env!("OUT_DIR"), "/limbeck/history.bin"))"#
        ),
        "{}",
        table.text
    );
}

#[test]
fn a_section_for_both_dialects_is_packed_once() {
    let packed = inflated(&compile(&[FIRST, SECOND]).table.packed);
    let text = String::from_utf8_lossy(&packed);
    assert_eq!(text.matches("CREATE TABLE a").count(), 1, "{text}");
}

#[test]
fn the_table_is_the_same_wherever_and_in_whatever_order_the_files_were_written() {
    let one = compile(&[FIRST, SECOND]).table;
    let other = compile(&[SECOND, FIRST]).table;
    assert_eq!(one.text, other.text);
    assert_eq!(one.packed, other.packed);
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
fn the_digest_in_the_first_line_is_another_one_for_other_revisions() {
    let digests = [
        FIRST.1.to_owned(),
        FIRST.1.replace("DROP TABLE a", "DROP TABLE IF EXISTS a"),
    ]
    .map(|text| compile(&[(FIRST.0, &text)]).table.digest);
    assert_ne!(digests[0], digests[1]);
}

#[test]
fn the_table_holds_no_path_of_the_machine() {
    let package = tempfile::tempdir().unwrap();
    write(package.path(), &[FIRST]);
    let output = compile_package(
        package.path(),
        LABEL,
        Purpose::Development,
        &package.path().join("target/proof"),
    )
    .unwrap();
    let packed = inflated(&output.table.packed);
    let path = package.path().display().to_string();
    assert!(!output.table.text.contains(&path));
    assert!(!contains(&packed, &path));
    assert!(contains(&packed, "migrations/r1_first.sql"));
    // What cargo watches is absolute: the manifest, the folder and the file.
    assert_eq!(output.watched.len(), 3, "{:?}", output.watched);
    assert!(output.watched.iter().all(|path| path.is_absolute()));
}

#[test]
fn layout_comments_line_ends_and_a_byte_order_mark_do_not_change_a_checksum() {
    let digests = |text: &str| -> Vec<Digest> {
        let package = tempfile::tempdir().unwrap();
        write(package.path(), &[("r1_first.sql", text)]);
        let project = Project::read(package.path()).unwrap();
        let table = project.table().ok().unwrap();
        let sides = table.rows.iter().flat_map(|row| &row.sides);
        sides
            .flat_map(|side| [side.checksum, side.lineage])
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
    assert!(output.table.packed.is_empty());
}
