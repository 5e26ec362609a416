//! Imports run one way, and what a package may depend on at all.

use crate::manifest::{Manifest, Section};
use crate::workspace::Tree;

use super::check::Finding;

/// What a package's manifest may say.
struct Package {
    name: &'static str,
    /// The packages of this workspace on which it may stand.
    stands_on: &'static [&'static str],
    foreign: Foreign,
    published: bool,
}

/// Which packages from elsewhere it may use.
enum Foreign {
    Any,
    Only(&'static [&'static str]),
    AnyBut(&'static [&'static str]),
}

/// What reads or writes source text; a program that carries its migrations has no use for it.
const PARSERS: &[&str] = &[
    "annotate-snippets",
    "postgresql-cst-parser",
    "prettyplease",
    "proc-macro2",
    "quote",
    "syn",
    "toml",
    "toml_edit",
];

/// Every package: model, then what stands on it.
const PACKAGES: &[Package] = &[
    Package {
        name: "limbeck-model",
        stands_on: &[],
        foreign: Foreign::Only(&["sha2"]),
        published: true,
    },
    Package {
        name: "limbeck-schema",
        stands_on: &["limbeck-model"],
        foreign: Foreign::AnyBut(PARSERS),
        published: true,
    },
    Package {
        name: "limbeck-cluster",
        stands_on: &[],
        foreign: Foreign::Only(&["tempfile"]),
        published: true,
    },
    Package {
        name: "limbeck-compiler",
        stands_on: &["limbeck-model", "limbeck-schema"],
        foreign: Foreign::Any,
        published: true,
    },
    Package {
        name: "limbeck-macros",
        stands_on: &[],
        foreign: Foreign::Any,
        published: true,
    },
    Package {
        name: "limbeck",
        stands_on: &["limbeck-macros", "limbeck-model", "limbeck-schema"],
        foreign: Foreign::AnyBut(PARSERS),
        published: true,
    },
    Package {
        name: "cargo-limbeck",
        stands_on: &[
            "limbeck-cluster",
            "limbeck-compiler",
            "limbeck-model",
            "limbeck-schema",
        ],
        foreign: Foreign::Any,
        published: true,
    },
    Package {
        name: "memory-store",
        stands_on: &["limbeck", "limbeck-compiler", "limbeck-model"],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "limbeck-testkit",
        stands_on: &["limbeck-cluster"],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "limbeck-trial",
        stands_on: &["limbeck", "limbeck-compiler"],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "limbeck-sim",
        stands_on: &[
            "limbeck",
            "limbeck-testkit",
            "limbeck-trial",
            "memory-store",
        ],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "limbeck-fuzz",
        stands_on: &["limbeck-compiler", "limbeck-model", "limbeck-schema"],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "limbeck-bench",
        stands_on: &["limbeck-compiler", "limbeck-model", "limbeck-testkit"],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "bench-subject",
        stands_on: &[],
        foreign: Foreign::Any,
        published: false,
    },
    // The programs that are measured, one of them with limbeck.
    Package {
        name: "subject",
        stands_on: &["bench-subject", "limbeck", "limbeck-compiler"],
        foreign: Foreign::Any,
        published: false,
    },
    Package {
        name: "xtask",
        stands_on: &["limbeck-model", "limbeck-testkit"],
        foreign: Foreign::Any,
        published: false,
    },
];

/// On these the tests of any package may stand; nothing of theirs is published.
const FOR_TESTS: &[&str] = &["limbeck-schema", "limbeck-testkit", "limbeck-trial"];

/// Workspaces of their own, to which the lints of this one do not reach.
const APART: &[&str] = &["bench/", "fuzz/"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.texts("Cargo.toml")
        .flat_map(|(path, text)| match Manifest::parse(path, text) {
            Ok(manifest) => check_manifest(path, &manifest),
            Err(failure) => vec![Finding::new(path, 1, failure.to_string())],
        })
        .collect()
}

fn check_manifest(path: &str, manifest: &Manifest<'_>) -> Vec<Finding> {
    let Some(name) = manifest.name() else {
        return Vec::new();
    };
    let Some(package) = PACKAGES.iter().find(|package| package.name == name) else {
        let message = format!(
            "`{name}` has no place in the layering; give it a row in {}",
            file!()
        );
        return vec![Finding::new(path, 1, message)];
    };
    let mut findings = Vec::new();
    if !package.published && !manifest.is_kept_private() {
        let message = format!("`{name}` is never published; say `publish = false`");
        findings.push(Finding::new(path, 1, message));
    }
    let is_apart = APART.iter().any(|folder| path.starts_with(folder));
    if !manifest.takes_the_lints() && !is_apart {
        let message = "no lints; say `[lints]` and `workspace = true`";
        findings.push(Finding::new(path, 1, message));
    }
    for dependency in manifest.dependencies() {
        if let Some(message) = package.refuse(&dependency.package, dependency.section) {
            findings.push(Finding::new(path, dependency.line, message));
        }
    }
    findings
}

impl Package {
    /// Why the package may not depend on another one.
    fn refuse(&self, other: &str, section: Section) -> Option<String> {
        let name = self.name;
        if PACKAGES.iter().any(|package| package.name == other) {
            let allowed = self.stands_on.contains(&other)
                || (section == Section::Dev && (other == name || FOR_TESTS.contains(&other)));
            let below = match self.stands_on {
                [] => "on no package of this workspace".to_owned(),
                names => format!("only on {}", names.join(", ")),
            };
            return (!allowed).then(|| {
                format!("`{name}` depends on `{other}`, but imports run one way: it stands {below}")
            });
        }
        let refused = section == Section::Normal
            && match self.foreign {
                Foreign::Any => false,
                Foreign::Only(names) => !names.contains(&other),
                Foreign::AnyBut(names) => names.contains(&other),
            };
        refused.then(|| match self.foreign {
            Foreign::Only(names) => {
                let names = names.join(", ");
                format!(
                    "`{name}` depends on `{other}`; it may use {names} alone, so do this elsewhere"
                )
            }
            _ => format!(
                "`{name}` depends on `{other}`; source text is read and written by limbeck-compiler"
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<(usize, String)> {
        let findings = check(&Tree::of([("x/Cargo.toml", text)]));
        findings
            .into_iter()
            .map(|finding| (finding.line, finding.message))
            .collect()
    }

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{rest}")
    }

    #[test]
    fn a_dependency_against_the_order_is_found_on_its_line() {
        for (name, dependency) in [
            ("limbeck-compiler", "limbeck"),
            ("limbeck-model", "limbeck-schema"),
            ("limbeck-model", "serde"),
            ("limbeck", "syn"),
            ("limbeck", "limbeck-compiler"),
        ] {
            let text = manifest(
                name,
                &format!("[dependencies]\n{dependency}.workspace = true\n"),
            );
            let found = messages(&text);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, 6);
            assert!(
                found[0]
                    .1
                    .contains(&format!("`{name}` depends on `{dependency}`"))
            );
        }
    }

    #[test]
    fn dependencies_in_the_order_and_helpers_of_tests_are_fine() {
        for (name, rest) in [
            (
                "limbeck-model",
                "[dependencies]\nsha2 = \"1\"\n[dev-dependencies]\nserde = \"1\"\n",
            ),
            (
                "limbeck",
                "[dependencies]\nlimbeck-model = \"1\"\nrusqlite = \"1\"\n",
            ),
            (
                "limbeck-schema",
                "[dev-dependencies]\nlimbeck-schema = \"1\"\nlimbeck-testkit = \"1\"\n",
            ),
        ] {
            assert_eq!(messages(&manifest(name, rest)), [], "{name}");
        }
    }

    #[test]
    fn a_test_may_not_turn_the_order_round() {
        let text = manifest("limbeck-compiler", "[dev-dependencies]\nlimbeck = \"1\"\n");
        assert_eq!(messages(&text).len(), 1);
    }

    #[test]
    fn what_is_never_published_says_so() {
        let found = messages(&manifest("xtask", ""));
        assert!(found[0].1.contains("publish = false"), "{found:?}");
        let text = "[package]\nname = \"xtask\"\npublish = false\n[lints]\nworkspace = true\n";
        assert_eq!(messages(text), []);
    }

    #[test]
    fn a_package_without_a_row_and_one_without_lints_are_found() {
        assert!(
            messages(&manifest("other", ""))[0]
                .1
                .contains("no place in the layering")
        );
        let found = messages("[package]\nname = \"limbeck\"\n");
        assert!(found[0].1.contains("no lints"), "{found:?}");
        assert_eq!(messages("[workspace]\nmembers = []\n"), []);
    }
}
