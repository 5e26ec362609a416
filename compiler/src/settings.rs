//! The project's settings: `[package.metadata.limbeck]` in its Cargo.toml.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::suggest::nearest;
use toml_edit::{Document, Item, TableLike};

use crate::source::Sources;

/// What a project says of its migrations, once for build script, macro and command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the revision files are, relative to the package, with `/` between folders.
    pub path: String,
    /// What the history is written for, in the order of [`Dialect::ALL`].
    pub dialects: Vec<Dialect>,
    /// The history's name, under which databases record it.
    pub name: String,
    /// How many heads the graph may have.
    pub heads: usize,
    /// The extensions of PostgreSQL that a database has before the history runs, in the order given.
    pub extensions: Vec<String>,
}

const KEYS: [&str; 5] = ["path", "dialects", "name", "heads", "extensions"];
const EXAMPLE: &str =
    "add to Cargo.toml:\n[package.metadata.limbeck]\ndialects = [\"sqlite\", \"postgres\"]";

/// Reads the settings from a Cargo.toml that is one of the sources.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn read(sources: &Sources, file: usize) -> Result<Settings, Vec<Diagnostic>> {
    let mut reader = Reader {
        file,
        diagnostics: Vec::new(),
    };
    let settings = reader.manifest(sources.get(file).map_or("", |source| source.text()));
    match settings {
        Some(settings) if reader.diagnostics.is_empty() => Ok(settings),
        _ => Err(reader.diagnostics),
    }
}

struct Reader {
    file: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn manifest(&mut self, text: &str) -> Option<Settings> {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                self.report(
                    error.span(),
                    format!("Cargo.toml is not valid TOML: {}", error.message()),
                );
                return None;
            }
        };
        let package = document.get("package").and_then(Item::as_table_like);
        let package_name = package
            .and_then(|package| package.get("name"))
            .and_then(Item::as_str)
            .unwrap_or_default();
        let table = package
            .and_then(|package| package.get("metadata"))
            .and_then(Item::as_table_like)
            .and_then(|metadata| metadata.get("limbeck"));
        let Some(item) = table else {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::MissingSetting,
                    Span::whole(self.file),
                    "Cargo.toml does not say for which databases the migrations are written",
                )
                .help(EXAMPLE),
            );
            return None;
        };
        let Some(table) = item.as_table_like() else {
            self.report(
                item.span(),
                "`package.metadata.limbeck` is not a table".to_owned(),
            );
            return None;
        };
        self.unknown_keys(table);
        let dialects = self.dialects(item, table);
        let path = self.path(table);
        let name = self.name(table, package_name);
        let heads = self.heads(table);
        let extensions = self.extensions(table);
        Some(Settings {
            path: path?,
            dialects: dialects?,
            name: name?,
            heads: heads?,
            extensions: extensions?,
        })
    }

    fn report(&mut self, span: Option<std::ops::Range<usize>>, message: String) -> &mut Diagnostic {
        let span = span.map_or(Span::whole(self.file), |range| Span {
            file: self.file,
            start: range.start,
            end: range.end,
        });
        let index = self.diagnostics.len();
        self.diagnostics
            .push(Diagnostic::new(Code::BadSetting, span, message));
        &mut self.diagnostics[index]
    }

    fn unknown_keys(&mut self, table: &dyn TableLike) {
        for (key, _) in table.iter().filter(|(key, _)| !KEYS.contains(key)) {
            let span = table.key(key).and_then(toml_edit::Key::span);
            let nearest = nearest(key, KEYS);
            let diagnostic = self.report(span, format!("unknown setting `{key}`"));
            let help = nearest.map_or_else(
                || format!("remove it; the settings are {}", list(&KEYS)),
                |nearest| format!("write `{nearest}`"),
            );
            diagnostic.helps.push(help);
        }
    }

    fn dialects(&mut self, item: &Item, table: &dyn TableLike) -> Option<Vec<Dialect>> {
        let Some(value) = table.get("dialects") else {
            let span = item.span().map_or(Span::whole(self.file), |range| Span {
                file: self.file,
                start: range.start,
                end: range.end,
            });
            self.diagnostics.push(
                Diagnostic::new(
                    Code::MissingSetting,
                    span,
                    "`dialects` is missing: for which databases are the migrations written?",
                )
                .help("add `dialects = [\"sqlite\", \"postgres\"]`, or the one that you use"),
            );
            return None;
        };
        let Some(array) = value.as_array() else {
            let diagnostic = self.report(
                value.span(),
                "`dialects` is not an array of strings".to_owned(),
            );
            diagnostic
                .helps
                .push("write `dialects = [\"sqlite\", \"postgres\"]`".to_owned());
            return None;
        };
        let mut dialects = Vec::new();
        for value in array {
            let name = value.as_str().unwrap_or_default();
            match name.parse::<Dialect>() {
                Ok(dialect) if dialects.contains(&dialect) => {
                    self.report(value.span(), format!("`{dialect}` is listed twice"));
                }
                Ok(dialect) => dialects.push(dialect),
                Err(error) => {
                    self.report(value.span(), error.to_string());
                }
            }
        }
        if array.is_empty() {
            let diagnostic = self.report(value.span(), "`dialects` is empty".to_owned());
            diagnostic
                .helps
                .push("name at least one of `sqlite` and `postgres`".to_owned());
        }
        dialects.sort_unstable();
        Some(dialects)
    }

    fn path(&mut self, table: &dyn TableLike) -> Option<String> {
        let Some(value) = table.get("path") else {
            return Some("migrations".to_owned());
        };
        let path = value.as_str().unwrap_or_default();
        let inside = !path.is_empty()
            && !path.starts_with('/')
            && !path.contains('\\')
            && path
                .split('/')
                .all(|part| !part.is_empty() && part != ".." && part != ".");
        if !inside {
            let diagnostic = self.report(
                value.span(),
                "`path` is not a folder inside the package, written with `/`".to_owned(),
            );
            diagnostic
                .helps
                .push("write a path such as `migrations` or `db/migrations`".to_owned());
            return None;
        }
        Some(path.to_owned())
    }

    fn name(&mut self, table: &dyn TableLike, package: &str) -> Option<String> {
        let value = table.get("name");
        let name = value.map_or(package, |value| value.as_str().unwrap_or_default());
        let valid = (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_' | b'-'));
        if !valid {
            let what = if value.is_some() {
                "`name`"
            } else {
                "the package's name"
            };
            let diagnostic = self.report(
                value.and_then(Item::span),
                format!("{what} is not 1 to 32 characters of `0-9`, `a-z`, `_` and `-`"),
            );
            diagnostic.helps.push(
                "set `name` in [package.metadata.limbeck]; databases record it, so choose it once"
                    .to_owned(),
            );
            return None;
        }
        Some(name.to_owned())
    }

    fn heads(&mut self, table: &dyn TableLike) -> Option<usize> {
        let Some(value) = table.get("heads") else {
            return Some(1);
        };
        let heads = value
            .as_integer()
            .and_then(|number| usize::try_from(number).ok());
        if heads.is_none_or(|heads| heads == 0) {
            let diagnostic =
                self.report(value.span(), "`heads` is not a positive number".to_owned());
            diagnostic
                .helps
                .push("write how many heads the graph may have, such as `heads = 2`".to_owned());
            return None;
        }
        heads
    }

    fn extensions(&mut self, table: &dyn TableLike) -> Option<Vec<String>> {
        let Some(value) = table.get("extensions") else {
            return Some(Vec::new());
        };
        let Some(array) = value.as_array() else {
            let diagnostic = self.report(
                value.span(),
                "`extensions` is not an array of strings".to_owned(),
            );
            diagnostic.helps.push(
                "write the extensions of PostgreSQL that a database has before the first revision, such as \
                 `extensions = [\"pgcrypto\"]`"
                    .to_owned(),
            );
            return None;
        };
        let mut extensions: Vec<String> = Vec::new();
        for value in array {
            match value.as_str() {
                Some(name) if extensions.iter().any(|known| known == name) => {
                    let message = format!("`{name}` is listed twice");
                    let diagnostic = self.report(value.span(), message);
                    diagnostic.helps.push("remove one of them".to_owned());
                }
                Some(name) if !name.is_empty() && !name.contains(char::is_whitespace) => {
                    extensions.push(name.to_owned());
                }
                _ => {
                    let message = "this is not the name of an extension".to_owned();
                    let diagnostic = self.report(value.span(), message);
                    let help =
                        "write the name that `CREATE EXTENSION` takes, such as `\"pgcrypto\"`";
                    diagnostic.helps.push(help.to_owned());
                }
            }
        }
        Some(extensions)
    }
}

fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
